from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError

FRAME = pd.DataFrame(
    {"item_id": ["007", "b", "c"], "category": ["shoe", "bag", "shoe"], "season": ["x", "y", "x"]}
)


def test_from_a_frame_and_from_lists():
    items = ItemTable.from_frame(FRAME, np.arange(6, dtype=np.float16).reshape(3, 2))
    assert len(items) == 3
    assert items.categories == ["bag", "shoe"]
    assert items.category_id.tolist() == [1, 0, 1]
    assert items.num_features == 2
    assert items.features.dtype == torch.float16
    assert list(items.columns) == ["season"]
    assert items.rows(["c", "007"]).tolist() == [2, 0]
    again = ItemTable.from_lists(FRAME["item_id"].tolist(), FRAME["category"].tolist())
    assert again.ids.equals(items.ids)
    assert again.num_features == 0


def test_categories_outside_a_vocabulary_are_unknown():
    items = ItemTable.from_lists(["a", "b"], ["shoe", "hat"], vocabulary=["bag", "shoe"])
    assert items.category_id.tolist() == [1, -1]


def test_another_vocabulary_changes_category_ids():
    items = ItemTable.from_frame(FRAME)
    assert items.with_vocabulary(["shoe", "hat", "bag"]).category_id.tolist() == [0, 2, 0]
    assert items.with_vocabulary(["bag"], unknown="default").category_id.tolist() == [-1, 0, -1]
    twice = items.with_vocabulary(["bag"], unknown="default").with_vocabulary(["bag", "shoe"])
    assert twice.category_id.tolist() == [-1, 0, -1]
    with pytest.raises(FashionGraphError, match=r"lacks shoe.*unknown='default'"):
        items.with_vocabulary(["bag"])
    with pytest.raises(FashionGraphError, match="'unknown' needs to be"):
        items.with_vocabulary(["bag"], unknown="maybe")


def test_categories_without_items_may_be_missing():
    items = ItemTable.from_lists(["a"], ["shoe"], vocabulary=["bag", "shoe"])
    assert items.with_vocabulary(["shoe"]).category_id.tolist() == [0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": torch.zeros(2, 4)}, "'features'.*got 2 rows for 3"),
        ({"columns": pd.DataFrame({"a": [1]})}, "'columns' needs one row per item"),
        ({"frequency": torch.zeros(4)}, "'frequency' needs one row per item"),
        ({"ids": pd.Index(["a", "b", "a"])}, "'ids'.*got 'a' twice"),
        ({"category_id": torch.tensor([0, 1, 2])}, "'category_id'.*below 2 .got 2"),
    ],
)
def test_refuses_columns_that_do_not_fit(change, message):
    columns = {
        "ids": pd.Index(["a", "b", "c"]),
        "category_id": torch.tensor([0, 1, 0]),
        "categories": ["bag", "shoe"],
    }
    with pytest.raises(FashionGraphError, match=message):
        ItemTable(**{**columns, **change})


def test_refuses_unknown_identifiers_and_missing_columns():
    items = ItemTable.from_frame(FRAME)
    with pytest.raises(FashionGraphError, match=r"'ids'.*got 'z'"):
        items.rows(["b", "z"])
    with pytest.raises(FashionGraphError, match="'frame' needs a column 'category'"):
        ItemTable.from_frame(FRAME[["item_id"]])


def test_an_empty_table():
    items = ItemTable.from_lists([], [])
    assert (len(items), items.num_categories) == (0, 0)


def test_entries_that_are_missing_or_out_of_range_are_refused():
    with pytest.raises(FashionGraphError, match=r"'category'.*row 1 has none"):
        ItemTable.from_frame(FRAME.assign(category=["shoe", None, "bag"]))
    with pytest.raises(FashionGraphError, match=r"at least -1 \(got -2\)"):
        ItemTable(pd.Index(["a"]), torch.tensor([-2]), ["shoe"])


def test_missing_entries_of_lists_are_refused():
    for missing in (None, float("nan")):
        with pytest.raises(FashionGraphError, match=r"'categories'.*item 1 has none"):
            ItemTable.from_lists(["a", "b"], ["shoe", missing])
        with pytest.raises(FashionGraphError, match=r"'ids'.*item 0 has none"):
            ItemTable.from_lists([missing, "b"], ["shoe", "bag"])
        items = ItemTable.from_lists(["a", "b"], ["shoe", missing], vocabulary=["shoe"])
        assert items.category_id.tolist() == [0, -1]


def test_features_need_rows():
    with pytest.raises(FashionGraphError, match=r"'features'.*\[2, F\] \(got \[2\]"):
        ItemTable(pd.Index(["a", "b"]), torch.tensor([0, 0]), ["shoe"], torch.ones(2))
    items = ItemTable.from_lists(["a", "b"], ["shoe", "bag"])
    assert items.with_features(torch.ones(2, 3, 8, 8)).num_features == 3  # pictures
    with pytest.raises(FashionGraphError, match="'features' needs the shape"):
        items.with_features(torch.ones(2))


def test_categories_of_any_integer_type():
    items = ItemTable(pd.Index(["a", "b"]), torch.tensor([0, -1], dtype=torch.int32), ["shoe"])
    assert items.category_id.dtype == torch.int64
    with pytest.raises(FashionGraphError, match=r"'category_id'.*float"):
        ItemTable(pd.Index(["a", "b"]), torch.tensor([0.0, 0.0]), ["shoe"])


def test_other_columns_of_the_same_items_are_checked_as_well():
    items = ItemTable.from_frame(FRAME)
    assert items.with_frequency(torch.tensor([3, 0, 1])).frequency.tolist() == [3, 0, 1]
    assert items.frequency is None
    with pytest.raises(FashionGraphError, match="'frequency' needs one row per item"):
        items.with_frequency(torch.tensor([3]))
    with pytest.raises(FashionGraphError, match="'features' needs one row per item"):
        items.with_features(torch.ones(2, 4))


def test_refined_categories_and_the_broad_column():
    columns = pd.DataFrame({"kind": ["boot", None, "boot", "boot"]})
    items = ItemTable.from_lists(
        [*"abcd"], ["shoe", "shoe", "bag", "?"], columns=columns, vocabulary=["bag", "shoe"]
    )
    finer = items.refined("kind")
    assert finer.categories == ["bag / boot", "shoe", "shoe / boot"]
    assert finer.category_id.tolist() == [2, 1, 0, -1]
    broad = finer.columns["broad_category"]
    assert broad.tolist()[:3] == ["shoe", "shoe", "bag"] and pd.isna(broad[3])
    assert "broad_category" not in items.columns
    with pytest.raises(FashionGraphError, match=r"'column'.*kind \(got 'hue'\)"):
        items.refined("hue")


def test_integer_codes_with_a_gap_have_no_decimals():
    columns = pd.DataFrame({"code": [105, None, 37], "size": [1.5, 2.0, None]})
    items = ItemTable.from_lists([*"abc"], ["shoe", "shoe", "shoe"], columns=columns)
    assert items.refined("code").categories == ["shoe", "shoe / 105", "shoe / 37"]
    assert items.refined("size").categories == ["shoe", "shoe / 1.5", "shoe / 2.0"]


def test_features_as_lists():
    items = ItemTable.from_lists(["a", "b"], ["x", "y"], [[1.0, 2.0], [3.0, 4.0]])
    assert items.features.tolist() == [[1, 2], [3, 4]]
    for features in ([[1.0, 2.0], [3.0]], [["a"], ["b"]], np.array([["a"], ["b"]])):
        with pytest.raises(FashionGraphError, match="'features' needs to be a tensor"):
            ItemTable.from_lists(["a", "b"], ["x", "y"], features)


def test_identifiers_may_be_a_list():
    table = ItemTable(["b", "a"], torch.tensor([0, 0]), ["c"])
    assert table.rows(["a", "b"]).tolist() == [1, 0]


def test_a_column_of_lists_is_refused():
    columns = pd.DataFrame({"tags": [None, ["a", "b"]], "title": ["x", "y"]})
    items = ItemTable.from_lists(["a", "b"], ["top", "top"], columns=columns)
    assert items.column("title").tolist() == ["x", "y"]
    with pytest.raises(FashionGraphError, match="'tags' has lists"):
        items.column("tags")


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 1e16])
def test_rows_of_features_are_finite(value):
    features = torch.tensor([[1.0, 2.0], [value, 0.0]], dtype=torch.float64)
    items = ItemTable.from_lists(["a", "b"], ["top", "top"], features)
    assert items.feature_rows(torch.tensor([0])).tolist() == [[1.0, 2.0]]
    with pytest.raises(FashionGraphError, match="'b'"):
        items.feature_rows(torch.tensor([0, 1]))
