from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import AffineSimilarity, SquaredEuclideanDistance


def drawn(normalize=False):
    distance = AffineSimilarity(5, normalize).double()
    for parameter in distance.parameters():
        torch.nn.init.normal_(parameter)
    return distance


def test_repr():
    assert str(AffineSimilarity(8)) == "AffineSimilarity(8, normalize_embeddings=True)"


def test_equals_the_equation():
    distance = drawn()
    p = {name: value.detach() for name, value in distance.named_parameters()}
    a = p["mahalanobis"].T @ p["mahalanobis"]
    c = -p["inner"].T @ p["inner"]
    x, y = torch.randn(3, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    expected = [
        [
            float(u @ a @ u + v @ a @ v + 2 * u @ c @ v + 2 * p["linear"] @ (u + v) + p["bias"])
            for v in y
        ]
        for u in x
    ]
    torch.testing.assert_close(distance(x, y), torch.tensor(expected, dtype=torch.double))


def test_initially_equals_the_squared_euclidean_distance():
    x = torch.randn(4, 5, dtype=torch.double)
    torch.testing.assert_close(AffineSimilarity(5).double()(x), SquaredEuclideanDistance()(x))


def test_gradients_of_parameters():
    distance = drawn()
    x = torch.randn(3, 5, dtype=torch.double)

    def call(*values):
        names = [name for name, _ in distance.named_parameters()]
        return torch.func.functional_call(distance, dict(zip(names, values, strict=True)), (x,))

    values = [p.detach().requires_grad_() for p in distance.parameters()]
    assert torch.autograd.gradcheck(call, values)


def test_refuses_zero_channels():
    with pytest.raises(ValueError, match=r"'channels' .* \(got 0\)"):
        AffineSimilarity(0)
