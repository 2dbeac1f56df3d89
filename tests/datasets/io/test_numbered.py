from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fashiongraph.datasets.io.numbered import Numbered
from fashiongraph.errors import DataError

PLACE = Numbered(Path("file"), "record", np.array([3, 4, 7]))


def test_numbers_and_dates():
    texts = pa.array(["12", "", None])
    assert PLACE.whole_numbers(texts, "price").to_pylist() == [12, None, None]
    texts = pa.array(["-999999999999999999", "007", "0"])
    assert PLACE.whole_numbers(texts, "price").to_pylist() == [-999999999999999999, 7, 0]
    dates = PLACE.dates(pa.array(["2013-02-28", "", None]), "date").to_pylist()
    assert [date and date.isoformat() for date in dates] == ["2013-02-28T00:00:00", None, None]


@pytest.mark.parametrize("text", ["1.5", "x", " 1", "1\n", "1" * 19, "0x1", "１"])
def test_refuses_other_numbers(text):
    with pytest.raises(DataError, match=r"record 7 .*'price' \(got '"):
        PLACE.whole_numbers(pa.array(["1", None, text]), "price")


@pytest.mark.parametrize("text", ["2013-02-30", "2013-02", "yesterday", "20130228", " "])
def test_refuses_other_dates(text):
    with pytest.raises(DataError, match="record 3 needs a date in 'day'"):
        PLACE.dates(pa.array([text, None, "2013-02-28"]), "day")


@pytest.mark.parametrize("blank", ["", " \t", "\u3000", None])
def test_refuses_blank_texts(blank):
    PLACE.check_text(pa.array(["a", " b ", "c"]), "id")
    with pytest.raises(DataError, match="file: record 4 needs a value in 'id'"):
        PLACE.check_text(pa.array(["a", blank, "c"]), "id")


def test_elements_have_the_number_of_their_list():
    place = PLACE.repeat(np.array([2, 0, 1]))
    assert place.number.tolist() == [3, 3, 7]
    with pytest.raises(DataError, match="record 7 needs 2"):
        place.refuse(np.array([False, False, True]), str)
