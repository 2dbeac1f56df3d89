from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import EuclideanDistance

pml = pytest.importorskip("pytorch_metric_learning.distances")


def test_repr():
    assert str(EuclideanDistance()) == "EuclideanDistance(normalize_embeddings=True)"


@pytest.mark.parametrize("normalize", [True, False])
def test_equals_a_loop_and_pytorch_metric_learning(normalize):
    x, y = torch.randn(3, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    distance = EuclideanDistance(normalize)
    scale = (lambda v: v / v.norm()) if normalize else (lambda v: v)
    expected = [[float((scale(a) - scale(b)).pow(2).sum().sqrt()) for b in y] for a in x]
    torch.testing.assert_close(distance(x, y), torch.tensor(expected, dtype=torch.double))
    theirs = pml.LpDistance(normalize_embeddings=normalize)
    torch.testing.assert_close(distance(x, y), theirs(x, y))
    assert distance.is_inverted == theirs.is_inverted


def test_equal_rows_have_a_distance_of_zero_in_large_batches():
    x = torch.randn(200, 64)
    assert (EuclideanDistance()(x).diagonal() == 0).all()


def test_equal_rows_have_a_gradient():
    x = torch.ones(2, 3, requires_grad=True)
    EuclideanDistance(normalize_embeddings=False)(x).sum().backward()
    assert x.grad.isfinite().all()
