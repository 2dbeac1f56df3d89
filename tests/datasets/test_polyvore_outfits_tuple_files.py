from __future__ import annotations

import json

import pytest

from fashiongraph.datasets.polyvore_outfits import SEMANTIC_CATEGORIES, read_items, read_tuples
from fashiongraph.errors import DataError

ITEMS = [["a0"], ["b0", "b1"], ["c0", "c1", "c2"], *([] for _ in range(8))]


@pytest.fixture
def items(tmp_path):
    (tmp_path / "items.json").write_text(json.dumps(ITEMS))
    return read_items(tmp_path / "items.json")


def test_items(items):
    assert items.ids.tolist() == ["a0", "b0", "b1", "c0", "c1", "c2"]
    assert items.category_id.tolist() == [0, 1, 1, 2, 2, 2]
    assert items.categories == sorted(SEMANTIC_CATEGORIES) == list(SEMANTIC_CATEGORIES)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (ITEMS[:-1], r"a list for each of the 11 types is needed \(got 10\)"),
        ([*ITEMS[:-1], ["a0"]], "items need to differ"),
        ([*ITEMS[:-1], [5]], "record 11 does not fit"),
    ],
)
def test_wrong_items(tmp_path, value, rule):
    (tmp_path / "items.json").write_text(json.dumps(value))
    with pytest.raises(DataError, match=rule):
        read_items(tmp_path / "items.json")


def test_rows(items, tmp_path):
    (tmp_path / "train_pos").write_text(
        "0,2,1,2,-1,1,2,-1\n3,3,0,0,0,2,1,0\n0,0,-1,-1,-1,-1,-1,-1\n"
    )
    outfits = read_tuples(tmp_path / "train_pos", items)
    named = [items.ids[part.numpy()].tolist() for part in outfits.item_id.split([2, 3, 0])]
    assert named == [["b1", "c2"], ["c0", "b0", "a0"], []]
    assert outfits.sizes.tolist() == [2, 3, 0]


@pytest.mark.parametrize(
    "row",
    [
        "0,2,1,3,-1,1,2,-1",  # no such item
        "0,2,1,0,-1,1,3,-1",  # none of its type
        "0,2,1,0,-1,1,11,-1",  # no such type
        "0,2,1,-1,-1,1,-1,-1",  # fewer than the size
        "0,2,1,0,0,1,0,0",  # more than the size
        "0,-1,-1,-1,-1,-1,-1,-1",
        "0,4,0,0,0,0,0,0",
        "0,2,1,9223372036854775807,-1,1,2,-1",
    ],
)
def test_a_wrong_row(items, tmp_path, row):
    (tmp_path / "train_pos").write_text(f"0,1,0,-1,-1,0,-1,-1\n{row}\n0,1,0,-1,-1,0,-1,-1\n")
    with pytest.raises(DataError, match=r"row 2: .*items and types as its size"):
        read_tuples(tmp_path / "train_pos", items)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "readable as CSV"),
        ("0,1,0,0\n0,1,0\n", "readable as CSV"),
        ("0,1,0\n", "got 3 fields"),
        ("0,1\n", "got 2 fields"),
        ("0,1,x,0\n", "field 3 needs whole numbers"),
        ("0,1,0.5,0\n", "field 3 needs whole numbers"),
        ("0,1,0,0\n0,1,0,\n", "field 4 needs whole numbers"),
    ],
)
def test_no_rows_of_numbers(items, tmp_path, content, rule):
    (tmp_path / "train_pos").write_text(content)
    with pytest.raises(DataError, match=rule):
        read_tuples(tmp_path / "train_pos", items)
    with pytest.raises(DataError, match="readable as CSV"):
        read_tuples(tmp_path / "missing", items)
