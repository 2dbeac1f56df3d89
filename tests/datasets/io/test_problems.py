from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.errors import DataError


def test_no_problem():
    problems = Problems()
    problems.add(Path("a.csv"), np.array([], dtype=np.int64), str)
    problems.check()
    assert problems.frame().empty
    assert problems.frame().columns.tolist() == ["file", "row", "rule"]


def test_files_in_order_of_appearance_and_rows_in_order():
    problems = Problems()
    problems.add(Path("b.csv"), np.array([7, 9]), lambda i: f"first {i}")
    problems.add(Path("a.csv"), np.array([1]), lambda i: f"second {i}")
    problems.add(Path("b.csv"), np.array([8, 3]), lambda i: f"third {i}")
    assert problems.frame().to_numpy().tolist() == [
        ["b.csv", 3, "third 1"],
        ["b.csv", 7, "first 0"],
        ["b.csv", 8, "third 0"],
        ["b.csv", 9, "first 1"],
        ["a.csv", 1, "second 0"],
    ]
    with pytest.raises(DataError, match=r"^b\.csv, row 3: so: third 1 \(and 4 more problems\)$"):
        problems.check("so: ")


def test_only_shown_messages_are_built():
    asked = []
    problems = Problems()
    problems.add(Path("a.csv"), np.arange(5, 1000), lambda i: f"{asked.append(i)}")
    with pytest.raises(DataError):
        problems.check()
    assert asked == [0]
