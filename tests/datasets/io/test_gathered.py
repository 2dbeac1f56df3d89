from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fashiongraph.datasets.io.gathered import OutfitBlock, gather, item_table
from fashiongraph.errors import DataError

FILE = Path("outfits")


def block(*outfits):
    """A block of outfits, each an identifier and items as (identifier, category, price)."""
    items = [item for _, held in outfits for item in held]
    rows = {
        "item_id": pa.array([item[0] for item in items], pa.string()),
        "category": pa.array([item[1] for item in items], pa.string()),
        "price": pa.array([item[2] for item in items], pa.int64()),
    }
    ids = pa.array([name for name, _ in outfits], pa.string())
    sizes = np.array([len(held) for _, held in outfits], dtype=np.int64)
    return OutfitBlock(pa.table({"outfit_id": ids, "length": sizes}), sizes, pa.table(rows))


def blocks(rng, num_outfits):
    """Random outfits of 0 to 4 items; an item changes its category and price all the time."""
    outfits = []
    for name in range(num_outfits):
        held = rng.integers(0, 30, rng.integers(0, 5)).tolist()
        kinds = rng.choice(["hat", "bag", "", None], len(held)).tolist()
        prices = rng.integers(0, 100, len(held)).tolist()
        items = [(f"i{i}", kind, price) for i, kind, price in zip(held, kinds, prices, strict=True)]
        outfits.append((f"o{name}", items))
    return outfits


def expected(outfits, limit=None):
    """The same by a plain loop."""
    items, ids, held = {}, [], []
    for name, rows in outfits:
        if not rows or len(ids) == limit:
            continue
        ids.append(name)
        for item, kind, price in rows:
            items.setdefault(item, (kind or None, price))
        held.append([list(items).index(item) for item, _, _ in rows])
    return items, ids, held


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("limit", [None, 1, 12, 60, 1000])
def test_like_a_loop_over_outfits(size, limit):
    outfits = blocks(np.random.default_rng(size), 80)
    parts = (block(*outfits[start : start + size]) for start in range(0, 80, size))
    found = gather(FILE, parts, limit)
    table = item_table(found.items)
    got, columns = found.over(table)
    items, ids, held = expected(outfits, limit)
    assert table.ids.tolist() == list(items)
    categories = [None if c < 0 else table.categories[c] for c in table.category_id]
    assert categories == [kind for kind, _ in items.values()]
    assert table.categories == sorted(table.categories)
    assert table.columns["price"].tolist() == [price for _, price in items.values()]
    assert got.ids.tolist() == ids
    assert [part.tolist() for part in got.item_id.split(got.sizes.tolist())] == held
    assert columns["length"].tolist() == [len(row) for row in held]


def test_blocks_behind_the_limit_are_not_read():
    def endless():
        yield block(("a", [("x", "hat", 1)]), ("b", []), ("c", [("y", "hat", 1)]))
        raise AssertionError

    assert gather(FILE, endless(), 2).outfits["outfit_id"].to_pylist() == ["a", "c"]


def test_outfit_names_need_to_be_unique():
    one = block(("a", [("x", "hat", 1)]))
    with pytest.raises(DataError, match=r"different ids \(got 'a' again\)"):
        gather(FILE, [one, one])


@pytest.mark.parametrize("parts", [[], [block()], [block(("a", []))]])
def test_there_need_to_be_outfits(parts):
    with pytest.raises(DataError, match="needs an outfit of one item at least"):
        gather(FILE, parts)


def test_items_without_any_category():
    table = item_table(gather(FILE, [block(("a", [("x", None, 1), ("y", "", None)]))]).items)
    assert table.category_id.tolist() == [-1, -1]
    assert table.categories == []
    assert table.columns["price"].isna().tolist() == [False, True]
