from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.miners import exemplar_labels
from fashiongraph.nn.miners.indices import (
    as_pairs,
    as_triplets,
    check_labels,
    item_pairs,
    negative_rows,
)

utils = pytest.importorskip("pytorch_metric_learning.utils.loss_and_miner_utils")


def test_pairs_of_items_equal_a_loop():
    labels = torch.randint(-3, 5, (30,))
    expected = sorted(
        (int(labels[i]), i, j)
        for i in range(30)
        for j in range(i + 1, 30)
        if labels[i] == labels[j] >= 0
    )
    first, second = item_pairs(labels)
    assert list(zip(labels[first].tolist(), first.tolist(), second.tolist(), strict=True)) == (
        expected
    )


def test_negatives_and_single_items_are_in_no_pair():
    assert all(rows.numel() == 0 for rows in item_pairs(torch.tensor([-1, 4, -1, 2])))
    assert all(rows.numel() == 0 for rows in item_pairs(torch.empty(0, dtype=torch.long)))


def test_conversions_equal_pytorch_metric_learning():
    triplets = tuple(torch.randint(9, (3, 5)))
    pairs = (*torch.randint(4, (2, 5)), *torch.randint(4, (2, 6)))
    for given in (triplets, pairs):
        for ours, theirs in (
            (as_triplets, utils.convert_to_triplets),
            (as_pairs, utils.convert_to_pairs),
        ):
            for a, b in zip(ours(given), theirs(given, None), strict=True):
                assert torch.equal(a, b)


def test_rows_of_negatives_and_their_items():
    row, item = negative_rows(torch.tensor([4, -5, 0, -1, 0]))
    assert (row.tolist(), item.tolist()) == ([1, 3], [4, 0])
    assert all(rows.numel() == 0 for rows in negative_rows(torch.tensor([0, 0])))
    assert all(rows.numel() == 0 for rows in negative_rows(torch.empty(0, dtype=torch.long)))


@pytest.mark.parametrize("wrong", [[-1, -1], [-100, -1], [-1, -4]])
def test_refuses_negatives_of_unknown_items(wrong):
    with pytest.raises(ValueError, match=r"'labels' .*got \[-1"):
        negative_rows(torch.tensor([0, 0, *wrong]))


def test_labels_of_negatives_are_unique_and_name_the_item():
    labels = exemplar_labels(torch.tensor([0, 0, 3]))
    assert labels.tolist() == [0, 0, 3, -1, -2, -3]
    assert (~labels[3:]).tolist() == [0, 1, 2]


def test_check_labels():
    check_labels(torch.zeros(4, 3), torch.zeros(4))
    for shape in ((3,), (5,), (4, 1)):
        with pytest.raises(ValueError, match=r"'labels' .*\(4, 3\)"):
            check_labels(torch.zeros(4, 3), torch.zeros(shape))


def test_no_items_have_no_labels():
    assert exemplar_labels(torch.empty(0, dtype=torch.long)).shape == (0,)
