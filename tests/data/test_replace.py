from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position, replaced, row_at
from fashiongraph.errors import FashionGraphError


@pytest.mark.parametrize("keep_original", [False, True])
def test_replaced_equals_a_loop(wardrobe: Outfits, keep_original: bool) -> None:
    rng = np.random.default_rng(0)
    position = random_position(wardrobe, rng)
    item = torch.from_numpy(rng.integers(len(wardrobe.items), size=(len(wardrobe), 3)))

    expected, ids = [], []
    for b in range(len(wardrobe)):
        outfit = wardrobe.item_id[wardrobe.ptr[b] : wardrobe.ptr[b + 1]].tolist()
        copies = [outfit] if keep_original else []
        for other in item[b].tolist():
            copy = list(outfit)
            copy[int(position[b])] = other
            copies.append(copy)
        expected += copies
        ids += [wardrobe.ids[b]] * len(copies)

    result = replaced(wardrobe, position, item, keep_original)
    found = [rows.tolist() for rows in result.item_id.split(result.sizes.tolist())]
    assert found == expected
    assert list(result.ids) == ids
    assert result.items is wardrobe.items


def test_replaced_does_not_change_its_input(wardrobe: Outfits) -> None:
    before = wardrobe.item_id.clone()
    position = torch.zeros(len(wardrobe), dtype=torch.long)
    replaced(wardrobe, position, torch.zeros(len(wardrobe), 2, dtype=torch.long))
    assert torch.equal(wardrobe.item_id, before)


def test_replaced_of_no_outfits(wardrobe: Outfits) -> None:
    none = wardrobe.select([])
    empty = torch.empty(0, dtype=torch.long)
    assert len(replaced(none, empty, torch.empty(0, 4, dtype=torch.long))) == 0


def test_positions_are_uniform(wardrobe: Outfits) -> None:
    rng = np.random.default_rng(0)
    six = wardrobe.select(wardrobe.sizes == 6)
    count = torch.zeros(6)
    for _ in range(400):
        count += torch.bincount(random_position(six, rng), minlength=6)
    assert (count / count.sum() - 1 / 6).abs().max() < 0.02
    assert torch.equal(row_at(six, torch.full((len(six),), 5)), six.ptr[1:] - 1)


def test_bad_arguments(wardrobe: Outfits) -> None:
    zeros = torch.zeros(len(wardrobe), dtype=torch.long)
    with pytest.raises(FashionGraphError, match=r"'position' needs one index per outfit"):
        row_at(wardrobe, zeros[:-1])
    with pytest.raises(FashionGraphError, match=r"'position' needs to lie in \[0, \d\)"):
        row_at(wardrobe, wardrobe.sizes)
    with pytest.raises(FashionGraphError, match=r"got -1"):
        row_at(wardrobe, zeros - 1)
    with pytest.raises(FashionGraphError, match=r"'item' needs the shape \[60, R\]"):
        replaced(wardrobe, zeros, zeros)
    empty = Outfits(wardrobe.items, torch.tensor([0, 1, 1]), torch.tensor([3]))
    with pytest.raises(FashionGraphError, match=r"outfit 1 is empty"):
        random_position(empty, np.random.default_rng(0))
