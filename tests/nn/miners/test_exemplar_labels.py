from __future__ import annotations

import torch

from fashiongraph.nn.miners import exemplar_labels


def test_strangers_bear_labels_of_their_own_that_tell_whose_they_are():
    labels = exemplar_labels(torch.tensor([0, 0, 3]))
    assert labels.tolist() == [0, 0, 3, -1, -2, -3]
    assert (~labels[3:]).tolist() == [0, 1, 2]


def test_nothing_has_no_labels():
    assert exemplar_labels(torch.empty(0, dtype=torch.long)).shape == (0,)
