from __future__ import annotations

from pathlib import Path

import pytest

from fashiongraph.errors import DataError, FashionGraphError


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("items.csv", 3, "items.csv, row 3: a rule"),
        ("items.csv", None, "items.csv: a rule"),
        (None, 3, "row 3: a rule"),
        (None, None, "a rule"),
    ],
)
def test_messages_have_place_and_rule(file, row, message):
    error = DataError("a rule", file, row)
    assert str(error) == message
    assert error.file == (Path(file) if file else None)
    assert (error.rule, error.row) == ("a rule", row)
    assert isinstance(error, FashionGraphError)
    assert isinstance(error, ValueError)
