from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.miners import AllPairsMiner


def test_equals_a_loop(make_batch):
    embeddings, labels = make_batch([3, 1, 4, 2])
    half = len(labels) // 2
    expected = {
        (a, p, half + p)
        for a in range(half)
        for p in range(half)
        if a != p and labels[a] == labels[p]
    }
    triplets = AllPairsMiner()(embeddings, labels)
    assert set(zip(*(rows.tolist() for rows in triplets), strict=True)) == expected
    assert len(triplets[0]) == len(expected)


def test_an_item_whose_stranger_is_missing_is_no_positive():
    labels = torch.tensor([0, 0, -1])
    anchor, positive, negative = AllPairsMiner()(torch.zeros(3, 2), labels)
    assert (anchor.tolist(), positive.tolist(), negative.tolist()) == ([1], [0], [2])


def test_an_empty_batch_gives_nothing(make_batch):
    assert [rows.shape for rows in AllPairsMiner()(*make_batch([]))] == [(0,)] * 3


def test_needs_strangers():
    with pytest.raises(ValueError, match=r"'labels' need strangers.* \(got none\)"):
        AllPairsMiner()(torch.zeros(2, 2), torch.tensor([0, 0]))


def test_strangers_need_labels_of_their_own():
    labels = torch.tensor([0, 0, 0, -1, -1, -1])
    with pytest.raises(ValueError, match=r"'labels' need .*\(got \[-1, -1, -1\]"):
        AllPairsMiner()(torch.zeros(6, 2), labels)
