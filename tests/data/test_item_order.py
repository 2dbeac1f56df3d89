from __future__ import annotations

import numpy as np
import torch

from fashiongraph.data.item_order import item_order
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits


def chain(length: int) -> Outfits:
    """Outfits of three consecutive items; the items' rows are shuffled."""
    row = np.random.default_rng(0).permutation(length)
    item_id = np.stack([row[:-2], row[1:-1], row[2:]], axis=1).ravel()
    items = ItemTable.from_lists([str(i) for i in range(length)], ["x"] * length)
    return Outfits(items, 3 * torch.arange(length - 1), torch.from_numpy(item_id))


def test_items_of_an_outfit_are_close() -> None:
    outfits = chain(40)
    place = item_order(outfits, np.random.default_rng(0), num_steps=500)
    assert sorted(place.tolist()) == list(range(40))
    spread = place[outfits.item_id].view(-1, 3).float().std(dim=1)
    assert spread.max() < 2  # 1 in the best order, about 11 in a random one


def test_components_are_contiguous(wardrobe: Outfits) -> None:
    lists = [["item0", "item9"], ["item9", "item4"], ["item1", "item2", "item1"], ["item3"], []]
    outfits = Outfits.from_lists(wardrobe.items, lists)
    place = item_order(outfits, np.random.default_rng(0))
    assert sorted(place.tolist()) == list(range(40))
    assert np.ptp(place[[0, 9, 4]].numpy()) == 2
    assert np.ptp(place[[1, 2]].numpy()) == 1


def test_the_order_depends_on_the_generator(wardrobe: Outfits) -> None:
    one, two, three = (item_order(wardrobe, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.equal(one, three)
