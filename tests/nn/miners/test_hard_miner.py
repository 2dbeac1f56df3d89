from __future__ import annotations

import torch

from fashiongraph.nn.distances import EuclideanDistance
from fashiongraph.nn.miners import HardMiner, exemplar_labels


def test_repr():
    assert str(HardMiner()) == "HardMiner(\n  (distance): CosineSimilarity()\n)"


def test_chooses_the_farthest_pair_and_the_closest_negatives():
    x = torch.tensor([[0.0], [4], [1], [2], [-5], [0]])  # two items each
    labels = exemplar_labels(torch.tensor([0, 0, 1]))
    anchor, positive, negative = HardMiner(EuclideanDistance(False))(x, labels)
    assert (anchor.tolist(), positive.tolist()) == ([0, 1], [1, 0])
    assert negative.tolist() == [3, 3]  # at 2; the one at 0 was drawn for the other outfit


def test_negatives_of_other_outfits_are_not_measured():
    class RowsOnly(EuclideanDistance):
        def between_all(self, query, ref):
            raise AssertionError("distances between all rows are quadratic in the batch")

    labels = exemplar_labels(torch.arange(20) // 4)
    anchor, _, negative = HardMiner(RowsOnly(), every_pair=True)(torch.randn(40, 3), labels)
    assert torch.equal(labels[~labels[negative]], labels[anchor])
