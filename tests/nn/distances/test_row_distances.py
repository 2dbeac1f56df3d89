from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import CosineSimilarity, row_distances

pml = pytest.importorskip("pytorch_metric_learning.distances")


@pytest.mark.parametrize(
    "distance",
    [
        CosineSimilarity(),
        pml.CosineSimilarity(),
        pml.LpDistance(normalize_embeddings=False, power=2),
        pml.LpDistance(p=1),
        pml.SNRDistance(),
    ],
)
def test_equals_the_diagonal_of_all_distances(distance):
    x, y = torch.randn(4, 6, dtype=torch.double), torch.randn(4, 6, dtype=torch.double)
    expected = distance(x, y).diagonal()
    # LpDistance adds 1e-6 to every difference in its row-wise form.
    torch.testing.assert_close(row_distances(distance, x, y), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    "distance", [CosineSimilarity(), pml.CosineSimilarity(), pml.SNRDistance()]
)
def test_narrow_embeddings_are_widened(distance):
    x, y = torch.randn(2, 4, 6).bfloat16()
    rows = row_distances(distance, x, y)
    assert torch.equal(rows, row_distances(distance, x.float(), y.float()))
