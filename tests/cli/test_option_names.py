from __future__ import annotations

import pytest

from fashiongraph.cli.option_names import option_names
from fashiongraph.errors import DataError, FashionGraphError


def test_errors_name_the_option():
    names = {"column": "--groups"}
    for text, expected in (
        ("'column' needs a 'column'", "'--groups' needs a 'column'"),
        ("'row' needs a 'column'", "'row' needs a 'column'"),
        ("no 'column'", "no 'column'"),
    ):
        with pytest.raises(FashionGraphError) as caught, option_names(names):
            raise FashionGraphError(text)
        assert str(caught.value) == expected
    with pytest.raises(DataError) as caught, option_names(names):
        raise DataError("'column' is missing", "file.csv")
    assert str(caught.value) == "file.csv: 'column' is missing"
