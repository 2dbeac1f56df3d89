from __future__ import annotations

from collections import Counter
from itertools import combinations

import pandas as pd
import pytest
import torch

from fashiongraph.data.audit import audit, item_disjoint, pair_disjoint
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.splits import split
from fashiongraph.errors import FashionGraphError


def as_lists(outfits: Outfits) -> list[list[int]]:
    return [sorted(rows.tolist()) for rows in outfits.item_id.split(outfits.sizes.tolist())]


def pairs(outfit: list[int]) -> set[tuple[int, int]]:
    return set(combinations(sorted(set(outfit)), 2))


@pytest.fixture
def splits(wardrobe: Outfits) -> dict[str, Outfits]:
    twice = wardrobe.select([0, 1, 1, *range(20)])
    return {"train": twice, "valid": wardrobe.select(slice(15, 30)), "test": wardrobe}


def test_audit_equals_a_loop(splits: dict[str, Outfits]) -> None:
    frame = audit(splits)
    assert len(frame) == 6
    for row in frame.to_dict("records"):
        one, two = as_lists(splits[row["part"]]), as_lists(splits[row["other"]])
        if row["part"] == row["other"]:
            items = Counter(item for outfit in one for item in set(outfit))
            pair = Counter(pair for outfit in one for pair in pairs(outfit))
            expected = [
                sum(count > 1 for count in items.values()),
                len(one) - len({tuple(outfit) for outfit in one}),
                sum(count > 1 for count in pair.values()),
            ]
        else:
            expected = [
                len({i for outfit in one for i in outfit} & {i for outfit in two for i in outfit}),
                len({tuple(outfit) for outfit in one} & {tuple(outfit) for outfit in two}),
                len({p for o in one for p in pairs(o)} & {p for o in two for p in pairs(o)}),
            ]
        found = [row[name] for name in ("shared_items", "shared_outfits", "shared_pairs")]
        assert found == expected, row


def test_audit_of_a_disjoint_split_is_zero(wardrobe: Outfits) -> None:
    lists = [[f"item{10 * b + i}" for i in (0, 1, 2, b % 3)] for b in range(4)]
    train, test = split(Outfits.from_lists(wardrobe.items, lists), (1, 1), disjoint=True)
    frame = audit({"train": train, "test": test})
    between = frame[frame["part"] != frame["other"]]
    assert between.filter(like="shared").to_numpy().tolist() == [[0, 0, 0]]


def test_pair_disjoint_equals_a_loop(wardrobe: Outfits) -> None:
    train, test = wardrobe.select(slice(0, 30)), wardrobe.select(slice(25, 60))
    seen = {pair for outfit in as_lists(train) for pair in pairs(outfit)}
    expected = [not pairs(outfit) & seen for outfit in as_lists(test)]
    assert pair_disjoint(test, train).tolist() == expected
    assert any(expected) and not all(expected)


def test_item_disjoint_equals_a_loop(wardrobe: Outfits) -> None:
    train, test = wardrobe.select(slice(0, 5)), wardrobe.select(slice(4, 60))
    seen = {item for outfit in as_lists(train) for item in outfit}
    expected = [not set(outfit) & seen for outfit in as_lists(test)]
    assert item_disjoint(test, train).tolist() == expected
    assert any(expected) and not all(expected)
    assert bool(pair_disjoint(test, train)[torch.tensor(expected)].all())


def test_item_disjoint_of_no_outfits(wardrobe: Outfits) -> None:
    assert item_disjoint(wardrobe, wardrobe.select([])).all()
    assert item_disjoint(wardrobe.select([]), wardrobe).tolist() == []


def test_a_repeated_item_is_no_pair(wardrobe: Outfits) -> None:
    items = wardrobe.items
    test = Outfits.from_lists(items, [["item1", "item1"], ["item2", "item1"], [], ["item3"]])
    train = Outfits.from_lists(items, [["item1", "item1", "item2"]])
    assert pair_disjoint(test, train).tolist() == [True, False, True, True]
    assert pair_disjoint(test, train.select([])).tolist() == [True] * 4


def test_pair_keys_of_large_tables_do_not_overflow() -> None:
    # As 32-bit integers, the keys of these two pairs are equal.
    size, first, second = 100_000, (50_000, 60_001), (7_050, 92_705)
    assert (50_000 * size + 60_001) % 2**32 == (7_050 * size + 92_705) % 2**32
    items = ItemTable(pd.RangeIndex(size).astype(str), torch.zeros(size, dtype=torch.int32), ["c"])
    one, two = (
        Outfits(items, torch.tensor([0, 2]), torch.tensor(pair, dtype=torch.int32))
        for pair in (first, second)
    )
    assert pair_disjoint(one, two).tolist() == [True]


def test_bad_arguments(wardrobe: Outfits) -> None:
    other = Outfits.from_lists(ItemTable.from_lists(["x"], ["y"]), [["x"]])
    with pytest.raises(FashionGraphError, match=r"got 40 and 1 items"):
        audit({"train": wardrobe, "test": other})
    with pytest.raises(FashionGraphError, match=r"need one item table"):
        pair_disjoint(wardrobe, other)
    with pytest.raises(FashionGraphError, match=r"'splits'.*got none"):
        audit({})
