from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.io.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.errors import DataError

ITEM = pa.struct([needed("index", pa.int64()), pa.field("price", pa.float64())])
OUTFIT = pa.struct([needed("set_id", pa.string()), needed("items", list_of(ITEM))])
GOOD = {"set_id": "a", "items": [{"index": 1, "price": 1.5}, {"index": 2.0}], "likes": 3}


def test_records_as_columns():
    array = arrow_rows("x.json", [GOOD, {"set_id": "ü", "items": []}], OUTFIT)
    assert array.field("set_id").to_pylist() == ["a", "ü"]
    assert array.field("items").flatten().to_pylist() == [
        {"index": 1, "price": 1.5},
        {"index": 2, "price": None},
    ]
    assert len(arrow_rows("x.json", [], OUTFIT)) == 0
    assert arrow_rows("x.json", {"a": 1, "b": 2}, pa.string()).to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"items": []}, r"record 3 needs \{set_id, items\[\{index\}\]\}"),
        ({**GOOD, "set_id": None}, "record 3 needs"),
        ({**GOOD, "items": None}, "record 3 needs"),
        ({**GOOD, "items": [None]}, "record 3 needs"),
        ({**GOOD, "items": [{"price": 2}]}, "record 3 needs"),
        (None, "record 3 needs"),
        ([], "record 3 does not fit"),
        ("text", "record 3 does not fit"),
        ({**GOOD, "set_id": 5}, "record 3 does not fit"),
        ({**GOOD, "set_id": "\ud800"}, "record 3 does not fit .*surrogates"),
        ({**GOOD, "items": {"index": 1}}, "record 3 does not fit"),
        ({**GOOD, "items": [{"index": "1"}]}, "record 3 does not fit"),
        ({**GOOD, "items": [{"index": 1.5}]}, "record 3 does not fit .*truncated"),
        ({**GOOD, "items": [{"index": float("nan")}]}, "record 3 does not fit"),
        ({**GOOD, "items": [{"index": 10**400}]}, "record 3 does not fit"),
    ],
)
def test_a_record_that_does_not_fit(record, rule):
    with pytest.raises(DataError, match=rule) as error:
        arrow_rows("x.json", [GOOD, GOOD, record, GOOD, record], OUTFIT)
    assert str(error.value).startswith("x.json: ")


def test_reading(tmp_path):
    file = tmp_path / "x.json"
    file.write_text('{"a": [1, "ü"]}', encoding="utf-8")
    assert read_json(file, dict) == {"a": [1, "ü"]}
    with pytest.raises(DataError, match=r"needs a list at the top \(got dict\)"):
        read_json(file, list)
    with pytest.raises(DataError, match="needs to exist"):
        read_json(tmp_path / "y.json", list)
    with pytest.raises(DataError, match="needs to be a regular file"):
        read_json(tmp_path, list)


@pytest.mark.parametrize(
    "content",
    [b"", b"[1, 2", b'{"a": 1}}', b'["\xff"]', b"[" * 100_000, b"[" + b"9" * 5000 + b"]", b"\x00"],
)
def test_other_text_than_json_is_refused(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DataError, match=r"x\.json: needs to be readable as JSON"):
        read_json(tmp_path / "x.json", list)


def test_the_place_is_named(tmp_path):
    (tmp_path / "x.json").write_text("[1,\n 2,\n x]")
    with pytest.raises(DataError, match="line 3 column 2"):
        read_json(tmp_path / "x.json", list)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["set_id", "items", "index", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=4))
def test_any_json_ends_in_columns_or_our_error(values):
    values = json.loads(json.dumps(values))
    try:
        array = arrow_rows("x.json", values, OUTFIT)
    except DataError:
        return
    assert len(array) == len(values)
    assert array.null_count == array.field("set_id").null_count == 0
