from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.polyvore_questions import NamedItems
from fashiongraph.errors import DataError

FILE = Path("questions.json")


def test_names_stand_for_items(named):
    names = pa.array(["9_1", "8_3", "7_2"])
    rows, known = named().find(FILE, names, np.array([0, 0, 2]), 3)
    assert rows.tolist() == [0, 3, 1]
    assert known.tolist() == [True, True, True]


def test_unknown_names(named):
    names, question = pa.array(["9_1", "x", "7_2", "y"]), np.array([0, 1, 1, 2])
    with pytest.raises(
        DataError, match=r"questions.json: question 2 needs known items \(got 'x'\)"
    ):
        named().find(FILE, names, question, 4)
    rows, known = named(lenient=True).find(FILE, names, question, 4)
    assert rows[[0, 2]].tolist() == [0, 1]
    assert known.tolist() == [True, False, False, True]


def test_no_items():
    items = ItemTable.from_lists([], [])
    nothing = NamedItems(items, pd.Index([], dtype=str), np.empty(0, np.int64), lenient=True)
    _, known = nothing.find(FILE, pa.array(["x"]), np.array([1]), 2)
    assert known.tolist() == [True, False]
