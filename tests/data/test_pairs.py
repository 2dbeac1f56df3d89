from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import row_pairs, top_bottom_pairs
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
    columns = pd.DataFrame({"slot": ["up", "down", None, "up"], "year": [2019, 2020, 2019, 2021]})
    items = ItemTable.from_lists(list("abcd"), ["T", "P", "S", "T"], columns=columns)
    return Outfits.from_lists(items, [["b", "c", "a"], ["a", "b"], ["d", "d", "b"], ["c"], []])


def test_another_column(small: Outfits) -> None:
    pairs = top_bottom_pairs(small, {"up"}, {"down"}, column="slot")
    assert pairs.item_id.tolist() == [0, 1, 3, 1]
    years = top_bottom_pairs(small, [2019], [2020], column="year")
    assert years.item_id.tolist() == [0, 1, 2, 1]


def test_unknown_category_is_neither(small: Outfits) -> None:
    items = ItemTable.from_lists(list("abcd"), ["T", "P", "S", "T"], vocabulary=["T", "P"])
    assert len(top_bottom_pairs(small.with_items(items), ["T"], ["P"])) == 2


def test_bad_arguments(small: Outfits) -> None:
    with pytest.raises(FashionGraphError, match=r"'bottom' needs values .* \(no item has 'Q'\)"):
        top_bottom_pairs(small, ["T"], ["P", "Q"])
    with pytest.raises(FashionGraphError, match=r"'column' needs to be one of category, slot"):
        top_bottom_pairs(small, ["T"], ["P"], column="part")
    with pytest.raises(FashionGraphError, match=r"share no value \(both hold 'T'\)"):
        top_bottom_pairs(small, ["T"], ["P", "T"])
    with pytest.raises(FashionGraphError, match=r"'top' needs a collection of values \(got 'T'\)"):
        top_bottom_pairs(small, "T", ["P"])
    with pytest.raises(FashionGraphError, match=r"needs an outfit with a top and a bottom"):
        top_bottom_pairs(small.select([3, 4]), ["T"], ["P"])


def test_tops_and_bottoms_of_a_fashion_house(mango: Outfits) -> None:
    pairs = top_bottom_pairs(mango, ["Tops"], ["Bottoms"], column="group")
    group = mango.items.columns["group"].to_numpy()[pairs.item_id.view(-1, 2).numpy()]
    assert len(pairs) > 1000
    assert np.unique(group[:, 0]).tolist() == ["Tops"]
    assert np.unique(group[:, 1]).tolist() == ["Bottoms"]
