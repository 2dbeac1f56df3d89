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


def test_an_item_without_a_negative_is_no_positive():
    labels = torch.tensor([0, 0, -1])
    anchor, positive, negative = AllPairsMiner()(torch.zeros(3, 2), labels)
    assert (anchor.tolist(), positive.tolist(), negative.tolist()) == ([1], [0], [2])


def test_empty_batch(make_batch):
    assert [rows.shape for rows in AllPairsMiner()(*make_batch([]))] == [(0,)] * 3


def test_refuses_labels_without_negatives():
    with pytest.raises(ValueError, match=r"'labels' .*got none"):
        AllPairsMiner()(torch.zeros(2, 2), torch.tensor([0, 0]))


def test_refuses_negatives_with_other_labels():
    labels = torch.tensor([0, 0, 0, -1, -1, -1])
    with pytest.raises(ValueError, match=r"'labels' .*got \[-1, -1, -1\]"):
        AllPairsMiner()(torch.zeros(6, 2), labels)


@pytest.mark.parametrize("num_labels", [3, 5])
def test_refuses_another_number_of_labels(num_labels):
    labels = torch.tensor([0, 0, -1, -2, -3])[:num_labels]
    with pytest.raises(ValueError, match=rf"'labels' .*\({num_labels},\) and \(4, 2\)"):
        AllPairsMiner()(torch.zeros(4, 2), labels)
