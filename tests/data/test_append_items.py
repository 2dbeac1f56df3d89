from __future__ import annotations

import pandas as pd
import pytest
import torch

from fashiongraph.data import FeatureSource, ItemTable, append_items
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import allowed_items


@pytest.fixture
def items():
    columns = pd.DataFrame(
        {
            "price": [10, 20],
            "sale": [True, False],
            "colour": ["red", None],
            "added": pd.to_datetime(["2026-01-01", None]),
        }
    )
    table = ItemTable.from_lists(["a", "b"], ["top", "shoe"], torch.eye(2).half(), columns)
    return table.with_frequency(torch.tensor([3, 1]))


def test_rows_and_categories_stay(items):
    further = ItemTable.from_lists(["c", "d"], ["bag", "top"], torch.ones(2, 2))
    table = append_items(items, further)
    assert table.ids.tolist() == [*"abcd"]
    assert [table.categories[c] for c in table.category_id] == ["top", "shoe", "bag", "top"]
    assert torch.equal(table.category_id[:2], items.category_id)
    assert table.features.dtype == torch.float16
    assert torch.equal(table.features, torch.cat([torch.eye(2), torch.ones(2, 2)]).half())
    assert table.frequency.tolist() == [3, 1, 0, 0]
    assert torch.equal(table.key[:2], items.key)


def test_columns_keep_their_types_with_missing_values(items):
    columns = pd.DataFrame({"price": ["30"], "length": [1.5]})
    further = ItemTable.from_lists(["c"], ["bag"], torch.ones(1, 2), columns)
    table = append_items(items, further)
    assert table.column("price").tolist() == [10, 20, 30]
    assert table.column("length").isna().tolist() == [True, True, False]
    for condition, expected in (
        ("price > 15", [False, True, True]),
        ("sale = true", [True, False, False]),
        ("sale != true", [False, True, False]),
        ("added <= 2026-02-01", [True, False, False]),
        ("colour = red", [True, False, False]),
        ("length < 2", [False, False, True]),
    ):
        assert allowed_items(table, where=[condition]).tolist() == expected, condition


def test_tables_without_columns_and_empty_ones(items):
    plain = ItemTable.from_lists(["a"], ["top"])
    assert append_items(plain, ItemTable.from_lists(["b"], ["top"])).columns.shape[1] == 0
    empty = ItemTable.from_lists([], [], torch.empty(0, 2))
    same = append_items(items, empty)
    assert same.ids.tolist() == ["a", "b"]
    assert append_items(empty, items).column("price").tolist() == [10, 20]


@pytest.mark.parametrize(
    ("ids", "features", "columns", "message"),
    [
        (["a"], torch.ones(1, 2), None, "'further' needs identifiers .*'a'"),
        (["c"], torch.ones(1, 3), None, "'further' needs 2 features .*got 3"),
        (["c"], None, None, "'further' needs 2 features .*got 0"),
        (["c"], torch.ones(1, 2), {"price": ["much"]}, "'further' needs values .*'price'"),
        (["c"], torch.ones(1, 2), {"added": ["soon"]}, "'further' needs values .*'added'"),
    ],
)
def test_items_that_do_not_fit_are_refused(items, ids, features, columns, message):
    columns = None if columns is None else pd.DataFrame(columns)
    further = ItemTable.from_lists(ids, ["top"], features, columns)
    with pytest.raises(FashionGraphError, match=message):
        append_items(items, further)


def test_features_of_another_encoder_are_refused(items):
    one, other = (FeatureSource("image.npy", 2, "resnet18", digest) for digest in ("1f0c", "77aa"))
    first = items.with_features(items.features, [one])
    further = ItemTable.from_lists(["c"], ["top"], torch.ones(1, 2))
    assert append_items(first, further).feature_sources == (one,)
    with pytest.raises(FashionGraphError, match="'guests' needs the features of the training"):
        append_items(first, further.with_features(further.features, [other]), "guests")
