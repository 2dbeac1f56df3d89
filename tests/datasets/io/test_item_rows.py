from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.item_rows import ItemRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError


@pytest.fixture
def items(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("item_id,category,size\nd,z,\na,y,3\nd,x,2\nb,,1\nc,a,4\ne,y\n")
    problems = Problems()
    text = ["item_id", "category"]
    return ItemRows(Table.read(path, problems, needed=text, text=text), problems)


def test_kept_items(items):
    assert items.kept.tolist() == [True, True, False, False, True]
    assert items.problems.frame()["row"].tolist() == [4, 5, 7]
    assert items.ids.to_pylist() == ["d", "a", "b", "c"]
    assert items.row_of_id.tolist() == [0, 1, -1, 2, -1]
    table = items.item_table([np.arange(6.0).reshape(6, 1)], [FeatureSource("x.npy", 1)])
    assert table.ids.tolist() == ["d", "a", "c"]
    assert table.feature_sources == (FeatureSource("x.npy", 1),)
    # The vocabulary is sorted and holds only what the kept items use.
    assert table.categories == ["a", "y", "z"]
    assert table.category_id.tolist() == [2, 1, 0]
    assert table.features.flatten().tolist() == [0, 1, 4]
    np.testing.assert_array_equal(table.columns["size"], [np.nan, 3, 4])


def test_large_whole_numbers_stay_apart(tmp_path):
    rows = ["a,x,12345678901234567890,9007199254740993,7", "b,x,12345678901234567891,,"]
    rows += ["c,x,,9007199254740992,8"]
    (tmp_path / "items.csv").write_text("\n".join(["item_id,category,sku,code,size", *rows]))
    problems, text = Problems(), ["item_id", "category"]
    items = ItemRows(Table.read(tmp_path / "items.csv", problems, text, text), problems)
    columns = items.item_table([]).columns
    assert columns["sku"].tolist()[:2] == ["12345678901234567890", "12345678901234567891"]
    assert columns["sku"].isna().tolist() == [False, False, True]
    assert columns["code"].dropna().tolist() == ["9007199254740993", "9007199254740992"]
    np.testing.assert_array_equal(columns["size"], [7, np.nan, 8])


def test_features_are_in_step_with_all_records(items):
    features = np.zeros((6, 2), np.float32)
    features[[2, 4, 5], 1] = np.nan  # of a dropped row, a kept one, and one that was never read
    items.check_features(Path("x.npy"), features, allow_missing=False)
    assert items.kept.tolist() == [True, True, False, False, False]
    assert items.problems.frame().iloc[-1].tolist() == [
        "x.npy",
        4,
        "features need to be finite and at most 1e+15 (got nan in column 1 for item 'c'; "
        "rows count from 0)",
    ]
    with pytest.raises(DataError, match=r"items\.csv \(got 5 for 6\)"):
        items.check_features(Path("x.npy"), features[:5], allow_missing=False)
