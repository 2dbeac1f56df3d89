from __future__ import annotations

import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.texts import cleaned


@pytest.mark.parametrize("kind", [list, tuple, pd.Series])
def test_cleaned(kind):
    assert cleaned(kind([" a ", None, "b\n", float("nan")])).tolist() == ["a", "", "b", ""]


def test_columns_of_a_frame():
    frame = pd.DataFrame({"title": ["x", None]}, index=[5, 5])
    assert cleaned(frame["title"]).tolist() == ["x", ""]
    assert cleaned([]).tolist() == []


def test_numbers_are_refused():
    with pytest.raises(FashionGraphError, match=r"got 1.5 at 1"):
        cleaned(["a", 1.5])
