from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from fashiongraph.datasets.io.checked_rows import CheckedRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table


def test_a_row_reports_its_first_broken_rule():
    text = pa.array(["a", " \t", "", "d"], pa.large_string())
    row = np.array([2, 3, 5, 6])
    problems = Problems()
    rows = CheckedRows(Table(Path("t.csv"), pa.table({"id": text}), row, row), problems)
    rows.drop_blank("id")
    assert rows.kept.tolist() == [True, False, False, True]
    rows.drop(np.array([False, False, True, True]), lambda i: f"no {rows.value('id', i)}")
    rows.drop(np.ones(4, bool), lambda i: f"number {i}", file=Path("x.npy"), row=np.arange(4))
    assert not rows.kept.any()
    assert problems.frame().to_numpy().tolist() == [
        ["t.csv", 3, "'id' needs a value"],
        ["t.csv", 5, "'id' needs a value"],
        ["t.csv", 6, "no 'd'"],
        ["x.npy", 0, "number 0"],
    ]
