from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.retrieval.index_table import IndexTable, find_values


@pytest.mark.parametrize(
    ("texts", "wanted", "found", "missing"),
    [
        (["38.0", "40.0"], ["38", "39"], [True, False], ["39"]),
        (["9.9", "20.0"], ["9.90", "20"], [True, True], []),
        (["2024-01-05 00:00:00", "2024-02-01 00:00:00"], ["2024-01-05"], [True, False], []),
        (["True", "False"], ["true"], [True, False], []),
        (["007", "7"], ["7"], [False, True], []),  # spelling comes first
        (["9007199254740993"], ["9007199254740992"], [False], ["9007199254740992"]),
        (["12_34", "1E2", "007"], ["1234", "100", "7"], [False] * 3, ["1234", "100", "7"]),
        (["1e-05", "1e+16"], ["0.00001", "10000000000000000"], [True, True], []),
        (["-0.50"], ["-0.5"], [True], []),
        (["Red", "blue"], ["red"], [False, False], ["red"]),
        (["nan", "sNaN"], ["NaN"], [False, False], ["NaN"]),
        ([], ["red"], [], ["red"]),
        (["a"], [], [False], []),
    ],
)
def test_values_match_by_spelling_or_meaning(texts, wanted, found, missing):
    which, unmatched = find_values(pd.Index(texts, dtype=str), wanted)
    assert (which.tolist(), unmatched) == (found, missing)


def items(ids, categories, years):
    return ItemTable.from_lists(ids, categories, columns=pd.DataFrame({"year": years}))


@pytest.fixture
def table():
    made = IndexTable.empty()
    assert made.append(items(["a", "b"], ["hat", "shoe"], [2019, 2020])).tolist() == [0, 1]
    assert made.append(items(["c"], ["cape"], [2020])).tolist() == [2]
    return made


def test_rows_are_not_reused(table):
    assert table.remove(["b"]).tolist() == [1]
    assert table.append(items(["b"], ["hat"], [2021])).tolist() == [3]
    assert table.rows(["b", "a"]).tolist() == [3, 0]
    assert table.allowed({"category": "hat"}, {}).tolist() == [True, False, False, True]


def test_columns_of_all_items_are_taken_from_a_table():
    frame = pd.DataFrame({"size": [38, 40, 42]})
    table = IndexTable.empty()
    table.append(ItemTable.from_lists(["a", "b", "c"], ["top", "shoe", "bag"], columns=frame))
    table.remove(["b"])
    frame = pd.DataFrame({"size": [42.5, 38.0]})
    table.describe(ItemTable.from_lists(["c", "a"], ["bag", "hat"], columns=frame))
    assert table.allowed({"size": "38.0"}, {}).tolist() == [True, False, False]
    assert table.allowed({"category": ["hat", "bag"]}, {}).tolist() == [True, False, True]
    assert table.columns["size"].isna().tolist() == [False, True, False]


def test_filters_compare_as_text(table):
    assert table.allowed({"year": "2020"}, {}).tolist() == [False, True, True]
    assert table.allowed({"year": ["2020"]}, {"category": "cape"}).tolist() == [False, True, False]
    assert table.allowed({}, {}).all()


def test_values_need_not_be_text():
    size = [38, None, 40]  # floats, since one is missing
    made = IndexTable.empty()
    made.append(items(["a", "b", "c"], ["hat"] * 3, size))
    for value, rows in (("38", [0]), (38, [0]), ([38, 40.0], [0, 2]), (np.int64(40), [2])):
        assert np.flatnonzero(made.allowed({"year": value}, {})).tolist() == rows
    assert made.allowed({}, {"year": 38}).tolist() == [False, True, True]
    day = items(["d"], ["hat"], pd.to_datetime(["2024-01-05"]))
    made = IndexTable.empty()
    made.append(day)
    assert made.allowed({"year": date(2024, 1, 5)}, {}).all()


def test_saved_and_loaded(table, tmp_path):
    table.remove(["a"])
    table.save(tmp_path)
    read = IndexTable.load(tmp_path)
    assert read.ids.tolist() == ["a", "b", "c"]
    assert np.array_equal(read.present, table.present)
    pd.testing.assert_frame_equal(
        read.columns.astype(object), table.columns.astype(object), check_dtype=False
    )
    read.append(items(["a"], ["hat"], [2019]))  # a loaded table can be changed
    assert read.rows(["a"]).tolist() == [3]


def test_invalid_arguments_are_refused(table):
    for call, message in (
        (
            lambda: table.append(items(["d", "a"], ["hat"] * 2, [1, 2])),
            r"does not hold \(got 'a'\)",
        ),
        (lambda: table.append(ItemTable.from_lists(["d"], ["hat"])), "category, year"),
        (lambda: table.remove(["z"]), r"items of the index \(got 'z'\)"),
        (lambda: table.allowed({"colour": "red"}, {}), r"item_id, category, year \(got 'colour'\)"),
        (
            lambda: table.allowed({"year": ["2019", "2022"]}, {}),
            r"'year'.*2019, 2020 \(got '2022'\)",
        ),
        (lambda: table.allowed({"item_id": "z"}, {}), r"'item_id'.*a, b, c \(got 'z'\)"),
    ):
        with pytest.raises(FashionGraphError, match=message):
            call()
    assert len(table.ids) == 3


@pytest.mark.parametrize("kind", ["float32", "Float32", "float[pyarrow]"])
def test_narrow_floats_keep_their_spelling(kind):
    price = pd.DataFrame({"price": pd.array([9.9, 1.1, None], kind)})
    table = IndexTable.empty()
    table.append(ItemTable.from_lists(["a", "b", "c"], ["hat"] * 3, columns=price))
    assert table.allowed({"price": "9.9"}, {}).tolist() == [True, False, False]
    assert table.allowed({"price": "1.10"}, {}).tolist() == [False, True, False]
