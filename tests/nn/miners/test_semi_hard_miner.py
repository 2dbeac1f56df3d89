from __future__ import annotations

import torch

from fashiongraph.nn.distances import EuclideanDistance
from fashiongraph.nn.miners import SemiHardMiner, exemplar_labels


def test_repr():
    assert str(SemiHardMiner()) == "SemiHardMiner(\n  (distance): CosineSimilarity()\n)"


def test_chooses_the_closest_negatives_beyond_the_positive():
    x = torch.tensor([[0.0], [4], [1], [2], [-5], [9]])
    labels = exemplar_labels(torch.tensor([0, 0, 0]))
    anchor, positive, negative = SemiHardMiner(EuclideanDistance(False))(x, labels)
    assert (anchor.tolist(), positive.tolist()) == ([0, 1], [1, 0])
    assert negative.tolist() == [4, 5]  # at -5 and 9; at 2 it is closer than the positive
