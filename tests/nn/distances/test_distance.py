from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import (
    AffineSimilarity,
    CosineSimilarity,
    Distance,
    EuclideanDistance,
    PositionDependentSimilarity,
    SquaredEuclideanDistance,
)

pml = pytest.importorskip("pytorch_metric_learning.losses")

DISTANCES = {
    "cosine": CosineSimilarity(),
    "euclidean": EuclideanDistance(),
    "squared": SquaredEuclideanDistance(normalize_embeddings=False),
    "affine": AffineSimilarity(6),
    "position dependent": PositionDependentSimilarity(6, 4),
}


@pytest.fixture(params=DISTANCES)
def distance(request):
    return DISTANCES[request.param].double()


def test_all_against_all_equals_row_by_row(distance):
    x, y = torch.randn(4, 6, dtype=torch.double), torch.randn(7, 6, dtype=torch.double)
    all_pairs = distance(x, y)
    assert all_pairs.shape == (4, 7)
    rows = distance.pairwise_distance(x.repeat_interleave(7, 0), y.repeat(4, 1))
    torch.testing.assert_close(all_pairs, rows.view(4, 7))
    torch.testing.assert_close(distance(x), distance(x, x))


def test_margin_and_extremes_follow_is_inverted(distance):
    near, far = (0.9, 0.1) if distance.is_inverted else (0.1, 0.9)
    near, far = torch.tensor([near]), torch.tensor([far])
    assert distance.margin(far, near) > 0
    assert distance.smallest_dist(near, far) == near
    assert distance.largest_dist(torch.cat([near, far]), dim=0)[0] == far


def test_gradients(distance):
    x, y = (torch.randn(3, 6, dtype=torch.double, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(distance, (x, y))
    assert torch.autograd.gradcheck(distance.pairwise_distance, (x, y))


def test_no_rows_have_no_distances(distance):
    none = torch.empty(0, 6, dtype=torch.double)
    assert distance(none, torch.randn(3, 6, dtype=torch.double)).shape == (0, 3)
    assert distance.pairwise_distance(none, none).shape == (0,)


@pytest.mark.parametrize("kind", [pml.TripletMarginLoss, pml.ContrastiveLoss])
def test_losses_of_pytorch_metric_learning_accept_it(distance, kind):
    embeddings = torch.randn(8, 6, dtype=torch.double, requires_grad=True)
    loss = kind(distance=distance)(embeddings, torch.arange(8) // 2)
    loss.backward()
    assert loss.isfinite()


def test_the_base_class_is_abstract():
    with pytest.raises(NotImplementedError, match=r"Distance .*between_all"):
        Distance()(torch.zeros(1, 2))
    with pytest.raises(NotImplementedError, match=r"Distance .*between_rows"):
        Distance().pairwise_distance(torch.zeros(1, 2), torch.zeros(1, 2))


def near_together():
    """Embeddings whose distances differ by less than the resolution of half precision."""
    return (1 + 0.05 * torch.randn(30, 6, generator=torch.Generator().manual_seed(0))).bfloat16()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("narrow_module", [False, True])
def test_narrow_embeddings_are_widened(distance, dtype, narrow_module):
    x = near_together().to(dtype)
    distance.to(dtype if narrow_module else torch.float32)
    all_pairs, rows = distance(x), distance.pairwise_distance(x[:15], x[15:])
    assert all_pairs.dtype == rows.dtype == torch.float32
    distance.float()
    assert torch.equal(all_pairs, distance(x.float()))
    assert torch.equal(rows, distance.pairwise_distance(x[:15].float(), x[15:].float()))


def test_autocast_does_not_narrow_distances(distance):
    x, distance = near_together().float(), distance.float()
    expected = distance(x), distance.pairwise_distance(x[:15], x[15:])
    with torch.autocast("cpu", torch.bfloat16):
        found = distance(x), distance.pairwise_distance(x[:15], x[15:])
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("kind", [CosineSimilarity, SquaredEuclideanDistance])
def test_a_zero_embedding_has_no_huge_gradient(kind):
    x = torch.eye(3)[:2].mul(torch.tensor([[0.0], [1.0]])).requires_grad_()
    kind()(x, torch.ones(4, 3)).sum().backward()
    assert x.grad.abs().max() < 10
