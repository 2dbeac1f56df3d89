from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fashiongraph.data.audit import audit
from fashiongraph.data.duplicates import without_duplicates
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.splits import split, split_index
from fashiongraph.errors import FashionGraphError


def outfits_of_groups(num_groups: int, per_group: int, seed: int = 0) -> Outfits:
    """Outfits of three out of the ten items of their group."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(num_groups), per_group)
    within = np.stack([rng.choice(10, 3, replace=False) for _ in group])
    ids = [str(i) for i in range(10 * num_groups)]
    items = ItemTable.from_lists(ids, ["x"] * len(ids))
    item_id = torch.from_numpy((10 * group[:, None] + within).ravel())
    return Outfits(items, 3 * torch.arange(len(group) + 1), item_id)


def test_splits_partition_the_outfits_by_the_ratios(wardrobe: Outfits) -> None:
    unique, removed = without_duplicates(wardrobe)
    splits = split(wardrobe, seed=3)
    assert sum(map(len, splits)) == len(wardrobe) - removed
    assert sorted(outfit for one in splits for outfit in one.ids) == sorted(unique.ids)
    sizes = [len(one) for one in splits]
    assert sizes == pytest.approx([0.7 * len(unique), 0.1 * len(unique), 0.2 * len(unique)], abs=1)
    for one in splits:
        assert one.ids.astype(int).is_monotonic_increasing


def test_the_split_depends_on_the_seed(wardrobe: Outfits) -> None:
    assert torch.equal(split_index(wardrobe), split_index(wardrobe, seed=0))
    assert not torch.equal(split_index(wardrobe), split_index(wardrobe, seed=1))


@pytest.mark.parametrize("disjoint", [False, True])
def test_frequency_is_counted_over_all_splits(disjoint: bool) -> None:
    outfits = outfits_of_groups(20, 5)
    unique, _ = without_duplicates(outfits)
    for one in split(outfits, (3, 1), disjoint=disjoint):
        assert torch.equal(one.items.frequency, unique.frequency)
    given = replace(outfits.items, frequency=torch.arange(200))
    assert torch.equal(split(outfits.with_items(given))[0].items.frequency, torch.arange(200))


def test_duplicates_are_in_one_split() -> None:
    outfits = outfits_of_groups(1, 2000)  # ten items hold 120 different outfits of three
    splits = split(outfits)
    assert sum(map(len, splits)) == 120
    frame = audit({str(index): one for index, one in enumerate(splits)})
    assert frame["shared_outfits"].sum() == 0


@pytest.mark.parametrize("ratios", [(1, 1), (7, 1, 2), (1, 1, 1, 1, 6)])
def test_few_outfits_leave_no_split_empty(ratios: tuple[int, ...]) -> None:
    outfits = outfits_of_groups(5, 1)
    assert all(len(one) for one in split(outfits, ratios))
    assert all(len(one) for one in split(outfits, ratios, disjoint=True))


def test_disjoint_split_of_unconnected_outfits_drops_none() -> None:
    outfits = outfits_of_groups(100, 1)
    splits = split(outfits, disjoint=True, seed=4)
    assert [len(one) for one in splits] == [70, 10, 20]
    assert not torch.equal(
        split_index(outfits, disjoint=True), split_index(outfits, disjoint=True, seed=1)
    )


def test_disjoint_splits_share_no_item_and_keep_ratios() -> None:
    outfits = outfits_of_groups(60, 20)
    # A bridge between neighbouring groups for one outfit in ten.
    item_id = outfits.item_id.clone()
    item_id[::30] = (item_id[::30] + 10) % len(outfits.items)
    outfits, _ = without_duplicates(Outfits(outfits.items, outfits.ptr, item_id))

    index = split_index(outfits, disjoint=True)
    used = [set(outfits.select(index == p).item_id.tolist()) for p in range(3)]
    assert not used[0] & used[1] and not used[0] & used[2] and not used[1] & used[2]
    kept = torch.bincount(index[index >= 0], minlength=3).double()
    assert kept.sum() > 0.9 * len(outfits)
    assert (kept / kept.sum()).tolist() == pytest.approx([0.7, 0.1, 0.2], abs=0.02)
    assert [len(one) for one in split(outfits, disjoint=True)] == kept.tolist()


def test_disjoint_split_with_repeated_items_and_empty_outfits(wardrobe: Outfits) -> None:
    lists = [["item0", "item0"], [], ["item1", "item2", "item1"], ["item3"], ["item5"]]
    splits = split(Outfits.from_lists(wardrobe.items, lists), (1, 1), disjoint=True)
    assert sum(map(len, splits)) == 5


def test_bad_arguments(wardrobe: Outfits) -> None:
    for ratios in [(1,), (1, 0), (1, -1), (1, float("nan"))]:
        with pytest.raises(FashionGraphError, match=r"'ratios' needs two or more"):
            split(wardrobe, ratios)
    with pytest.raises(FashionGraphError, match=r"'outfits'.*3 in all \(got 2\)"):
        split(wardrobe.select([0, 1]))
    everywhere = Outfits.from_lists(wardrobe.items, [["item0", f"item{i}"] for i in range(1, 20)])
    with pytest.raises(FashionGraphError, match=r"'outfits' needs 3 groups.*disjoint"):
        split(everywhere, disjoint=True)


def test_disjoint_split_of_real_outfits(mango: Outfits) -> None:
    for seed in range(3):
        splits = split(mango, seed=seed, disjoint=True)
        sizes = np.array([len(one) for one in splits])
        assert sizes.sum() > 0.6 * len(mango)
        assert (sizes / sizes.sum()).tolist() == pytest.approx([0.7, 0.1, 0.2], abs=0.02)
        frame = audit(dict(zip(("train", "valid", "test"), splits, strict=True)))
        assert frame.loc[frame["part"] != frame["other"], "shared_items"].sum() == 0


def test_a_hundred_thousand_outfits() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 4, 100_000)
    ptr = np.append(0, sizes.cumsum())
    item_id = rng.integers(1000, size=ptr[-1])
    items = ItemTable.from_lists([str(i) for i in range(1000)], ["x"] * 1000)
    items = replace(items, frequency=torch.ones(1000))
    outfits = Outfits(items, torch.from_numpy(ptr), torch.from_numpy(item_id))
    different = {tuple(sorted(one)) for one in np.split(item_id, ptr[1:-1])}
    sizes = [len(one) for one in split(outfits)]
    assert sum(sizes) == len(different) < 100_000
    assert sizes == pytest.approx([0.7 * sum(sizes), 0.1 * sum(sizes), 0.2 * sum(sizes)], abs=1)
