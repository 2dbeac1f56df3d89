from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import count_pairs, distinct, held, row_pairs, shared, top_bottom_pairs
from fashiongraph.errors import FashionGraphError


def test_row_pairs_equal_a_loop(wardrobe: Outfits) -> None:
    ptr = torch.cat([torch.tensor([0]), wardrobe.ptr])  # an empty outfit in front
    expected = [
        pair
        for start, stop in zip(ptr[:-1].tolist(), ptr[1:].tolist(), strict=True)
        for pair in combinations(range(start, stop), 2)
    ]
    first, second = row_pairs(ptr)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == expected


def test_top_bottom_pairs_equal_a_loop(wardrobe: Outfits) -> None:
    tops, bottoms = ["category0", "category3"], ["category1"]
    expected = set()
    for b in range(len(wardrobe)):
        outfit = wardrobe.item_id[wardrobe.ptr[b] : wardrobe.ptr[b + 1]].tolist()
        for i, j in product(outfit, outfit):
            names = [f"category{int(wardrobe.items.category_id[k])}" for k in (i, j)]
            if names[0] in tops and names[1] in bottoms:
                expected.add((i, j))
    pairs = top_bottom_pairs(wardrobe, tops, bottoms)
    assert pairs.sizes.unique().tolist() == [2]
    assert [tuple(pair) for pair in pairs.item_id.view(-1, 2).tolist()] == sorted(expected)


@pytest.fixture
def small() -> Outfits:
    columns = pd.DataFrame({"place": ["up", "down", None, "up"], "year": [2019, 2020, 2019, 2021]})
    items = ItemTable.from_lists(list("abcd"), ["T", "P", "S", "T"], columns=columns)
    return Outfits.from_lists(items, [["b", "c", "a"], ["a", "b"], ["d", "d", "b"], ["c"], []])


def test_another_column(small: Outfits) -> None:
    pairs = top_bottom_pairs(small, {"up"}, {"down"}, column="place")
    assert pairs.item_id.tolist() == [0, 1, 3, 1]
    years = top_bottom_pairs(small, [2019], [2020], column="year")
    assert years.item_id.tolist() == [0, 1, 2, 1]


def test_unknown_category_is_no_top_or_bottom(small: Outfits) -> None:
    items = ItemTable.from_lists(list("abcd"), ["T", "P", "S", "T"], vocabulary=["T", "P"])
    assert len(top_bottom_pairs(small.with_items(items), ["T"], ["P"])) == 2


def test_bad_arguments(small: Outfits) -> None:
    with pytest.raises(FashionGraphError, match=r"'bottom'.*no item has 'Q'"):
        top_bottom_pairs(small, ["T"], ["P", "Q"])
    with pytest.raises(FashionGraphError, match=r"'column'.*category, place.*'part'"):
        top_bottom_pairs(small, ["T"], ["P"], column="part")
    with pytest.raises(FashionGraphError, match=r"'top' and 'bottom'.*'T'"):
        top_bottom_pairs(small, ["T"], ["P", "T"])
    with pytest.raises(FashionGraphError, match=r"'top'.*got 'T'"):
        top_bottom_pairs(small, "T", ["P"])
    with pytest.raises(FashionGraphError, match=r"'outfits'.*got none"):
        top_bottom_pairs(small.select([3, 4]), ["T"], ["P"])


def test_top_bottom_pairs_of_real_outfits(mango: Outfits) -> None:
    pairs = top_bottom_pairs(mango, ["Tops"], ["Bottoms"], column="group")
    group = mango.items.columns["group"].to_numpy()[pairs.item_id.view(-1, 2).numpy()]
    assert len(pairs) > 1000
    assert np.unique(group[:, 0]).tolist() == ["Tops"]
    assert np.unique(group[:, 1]).tolist() == ["Bottoms"]


@pytest.mark.parametrize("num_categories", [4, 50])  # by counters, or by sorting
def test_pair_counts_equal_a_loop(num_categories):
    rng = np.random.default_rng(0)
    outfits = [np.unique(rng.integers(0, num_categories, rng.integers(1, 8))) for _ in range(300)]
    counts = {}
    for outfit in outfits:
        for i, j in combinations(outfit.tolist(), 2):
            key = i * num_categories + j
            counts[key] = counts.get(key, 0) + 1
    outfit = np.repeat(np.arange(300) * 7, [len(outfit) for outfit in outfits])  # some are missing
    pair, count = count_pairs(outfit, np.concatenate(outfits), num_categories)
    assert dict(zip(pair.tolist(), count.tolist(), strict=True)) == counts
    assert (np.diff(pair) > 0).all()


def test_pair_counts_of_no_pairs():
    for outfit in ([], [0, 1, 5]):
        rows = np.array(outfit, dtype=np.int64)
        pair, count = count_pairs(rows, np.zeros_like(rows), 3)
        assert pair.shape == count.shape == (0,)
        assert pair.dtype == count.dtype == np.int64


def test_key_functions_equal_set_operations() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(50, size=40), rng.integers(50, size=30)
    values, counts = distinct(one)
    assert values.tolist() == sorted(set(one.tolist()))
    assert counts.tolist() == [one.tolist().count(value) for value in values]
    assert shared(values, distinct(two)[0]).tolist() == sorted(
        set(one.tolist()) & set(two.tolist())
    )
    assert held(two, values).tolist() == [key in set(one.tolist()) for key in two.tolist()]


def test_key_functions_of_no_keys() -> None:
    none, some = np.empty(0, dtype=np.int64), np.array([4, 7])
    assert held(none, some).tolist() == []
    assert held(some, none).tolist() == [False, False]
    assert distinct(none)[0].tolist() == shared(none, some).tolist() == []
