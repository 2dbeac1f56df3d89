from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import CosineSimilarity

pml = pytest.importorskip("pytorch_metric_learning.distances")


def test_repr():
    assert str(CosineSimilarity()) == "CosineSimilarity()"


def test_equals_a_loop_and_pytorch_metric_learning():
    x, y = torch.randn(3, 5, dtype=torch.double), torch.randn(4, 5, dtype=torch.double)
    expected = torch.tensor(
        [[float(a @ b / (a.norm() * b.norm())) for b in y] for a in x], dtype=torch.double
    )
    torch.testing.assert_close(CosineSimilarity()(x, y), expected)
    torch.testing.assert_close(CosineSimilarity()(x, y), pml.CosineSimilarity()(x, y))
    assert CosineSimilarity.is_inverted
    assert pml.CosineSimilarity().is_inverted
