from __future__ import annotations

import torch

from fashiongraph.nn.miners import SimpleMiner, exemplar_labels


def test_repr():
    assert str(SimpleMiner()) == "SimpleMiner(\n  (distance): CosineSimilarity()\n)"


def test_chooses_the_closest_pair_and_the_farthest_negatives():
    degrees = torch.tensor([0.0, 50, 60, 200, 20, 30, 40, 190])  # outfit 0 has three items
    embeddings = torch.stack([degrees.deg2rad().cos(), degrees.deg2rad().sin()], dim=1)
    labels = exemplar_labels(torch.tensor([0, 0, 0, 1]))
    anchor, positive, negative = SimpleMiner()(embeddings, labels)
    assert (anchor.tolist(), positive.tolist()) == ([1, 2], [2, 1])
    assert negative.tolist() == [7, 7]  # drawn for the item of outfit 1
