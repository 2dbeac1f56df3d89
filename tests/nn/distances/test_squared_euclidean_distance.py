from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import CosineSimilarity, SquaredEuclideanDistance

pml = pytest.importorskip("pytorch_metric_learning.distances")


def test_repr():
    expected = "SquaredEuclideanDistance(normalize_embeddings=False)"
    assert str(SquaredEuclideanDistance(normalize_embeddings=False)) == expected


def test_equals_a_loop_and_pytorch_metric_learning():
    x, y = torch.randn(3, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    distance = SquaredEuclideanDistance(normalize_embeddings=False)
    expected = [[float((a - b).pow(2).sum()) for b in y] for a in x]
    torch.testing.assert_close(distance(x, y), torch.tensor(expected, dtype=torch.double))
    theirs = pml.LpDistance(normalize_embeddings=False, power=2)
    torch.testing.assert_close(distance(x, y), theirs(x, y))


def test_equals_two_minus_twice_the_cosine():
    x, y = torch.randn(3, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    torch.testing.assert_close(SquaredEuclideanDistance()(x, y), 2 * (1 - CosineSimilarity()(x, y)))
