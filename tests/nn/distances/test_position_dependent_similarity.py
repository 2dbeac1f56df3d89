from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn.distances import PositionDependentSimilarity


def test_repr():
    text = str(PositionDependentSimilarity(8))
    assert text.startswith("PositionDependentSimilarity(\n  8, hidden_channels=8")


def test_equals_the_equation():
    unit = PositionDependentSimilarity(5, 16).double()
    p = {name: value.detach().numpy() for name, value in unit.named_parameters()}

    def length_one(a):
        return a / np.linalg.norm(a)

    def layer(name, a):
        return np.maximum(p[f"{name}.weight"] @ a + p[f"{name}.bias"], 0)

    x, y = np.random.default_rng(0).normal(size=(2, 6, 5))
    expected = []
    for one, other in zip(x, y, strict=True):
        one, other = length_one(one), length_one(other)
        u = layer("difference", length_one(np.abs(one - other)))
        v = layer("mean", length_one(np.abs(one + other) / 2))
        c = layer("both", np.concatenate([length_one(u), length_one(v)]))
        expected.append((p["score.weight"] @ length_one(c) + p["score.bias"]).item())
    score = unit.pairwise_distance(torch.from_numpy(x), torch.from_numpy(y))
    np.testing.assert_allclose(score.detach().numpy(), expected, rtol=1e-12)


def test_equal_embeddings_have_a_score_and_a_gradient():
    unit = PositionDependentSimilarity(5)
    x = torch.randn(2, 5, requires_grad=True)
    unit.pairwise_distance(x, x).sum().backward()
    assert x.grad.isfinite().all()


def test_reset_parameters():
    unit = PositionDependentSimilarity(5)
    before = unit.both.weight.clone()
    unit.reset_parameters()
    assert not torch.equal(before, unit.both.weight)


def test_refuses_zero_channels():
    with pytest.raises(ValueError, match=r"'hidden_channels' .*got 4 and 0"):
        PositionDependentSimilarity(4, 0)
