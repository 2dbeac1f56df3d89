from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.polyvore_questions import Records, nested_rows
from fashiongraph.errors import DataError


def records(*sizes, prefix=""):
    lists = pa.array([list(range(1, size + 1)) for size in sizes], pa.list_(pa.int64()))
    set_id = pa.array([f"{prefix}{number}" for number in range(len(sizes))], pa.string())
    rows = pd.DataFrame(nested_rows(set_id, lists, lists.flatten()))
    return Records(pd.DataFrame({"set_id": set_id.to_pandas()}), rows)


def test_rows_of_nested_lists():
    rows = records(2, 0, 1).rows
    assert rows["outfit"].tolist() == [0, 0, 2]
    assert rows["name"].tolist() == ["0_1", "0_2", "2_1"]


def test_parts_one_after_the_other():
    parts = {"train": records(2, 0, 1, prefix="a"), "valid": records(), "test": records(1)}
    joined = Records.concat(parts)
    assert joined.outfits["set_id"].tolist() == ["a0", "a1", "a2", "0"]
    assert joined.outfits["split"].tolist() == ["train", "train", "train", "test"]
    assert joined.rows["outfit"].tolist() == [0, 0, 2, 3]
    items = ItemTable.from_lists(list("wxyz"), ["c"] * 4)
    outfits = joined.outfits_over(items, np.array([3, 0, 1, 1]))
    assert outfits.ids.tolist() == ["a0", "a1", "a2", "0"]
    assert outfits.ptr.tolist() == [0, 2, 2, 3, 4]
    assert outfits.item_id.tolist() == [3, 0, 1, 1]


def test_names_tell_items_apart():
    file = Path("train.json")
    records(2, 0, 1).check_names(file)
    twice = records(2)
    twice.rows.loc[1, "name"] = "0_1"
    with pytest.raises(
        DataError, match=r"train.json: 'index' needs to be unique \(got '0_1' again"
    ):
        twice.check_names(file)
    with pytest.raises(DataError, match=r"'set_id' needs to be unique \(got '0' again"):
        Records.concat({"a": records(2, 2), "b": records(1)}).check_names(file)
