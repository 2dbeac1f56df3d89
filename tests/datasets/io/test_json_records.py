from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.io.json_records import json_records
from fashiongraph.errors import DataError

SCHEMA = pa.schema({"a": pa.string(), "b": pa.list_(pa.struct({"c": pa.string()}))})
RECORDS = [
    {"a": "1", "b": [{"c": "x", "d": 5}], "e": {"f": [1, 2]}},
    {"a": '"}{\\', "b": []},
    {"b": [{"c": "裙子 \\\\"}], "a": "\\"},
    {"a": "[,]"},
    {},
]
FORMS = {
    "array": lambda records: json.dumps(records),
    "pretty": lambda records: json.dumps(records, indent=2, ensure_ascii=False),
    "lines": lambda records: "\n".join(map(json.dumps, records)),
    "array of lines": lambda records: "[\r\n" + ",\r\n".join(map(json.dumps, records)) + "\r\n]\n",
    "side by side": lambda records: "\ufeff" + "".join(map(json.dumps, records)),
}


def read(path, **kwargs):
    """Numbers and values of all records."""
    return [
        (int(number), row)
        for place, table in json_records(path, SCHEMA, **kwargs)
        for number, row in zip(place.number, table.to_pylist(), strict=True)
    ]


def wanted(record):
    """The fields of a record that are in the schema."""
    items = record.get("b")
    return {
        "a": record.get("a"),
        "b": None if items is None else [{"c": item.get("c")} for item in items],
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("block_bytes", [150, 171, 233, 1 << 20])
def test_every_form_in_blocks_of_any_size(tmp_path, form, block_bytes):
    path = tmp_path / "records.json"
    path.write_bytes(FORMS[form](RECORDS * 20).encode())
    expected = [(number, wanted(r)) for number, r in enumerate(RECORDS * 20, start=1)]
    assert read(path, block_bytes=block_bytes) == expected


@settings(deadline=None, max_examples=100)
@given(
    texts=st.lists(st.text(st.sampled_from('\\"{}[],: ab裙'), max_size=12), max_size=8),
    form=st.sampled_from(list(FORMS)),
    block_bytes=st.integers(200, 400),
)
def test_any_text_stays_as_it_is(tmp_path_factory, texts, form, block_bytes):
    path = tmp_path_factory.mktemp("texts") / "records.json"
    path.write_text(FORMS[form]([{"a": text, "key " + text: 1} for text in texts]))
    assert [row["a"] for _, row in read(path, block_bytes=block_bytes)] == texts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a":"1"},{"a":"2"', "record 2 needs an end: the file is cut off"),
        ('[{"a":"1"},{"a":"2"},', "needs a ']' at the end: the file is cut off"),
        ('{"a":"1"}\n{"a":"2', "record 2 needs an end"),
        ('[{"a":"1"}, 5, {"a":"2"}]', r"record 2 needs to be an object \(got b'5, {\"a\":\"2'\)"),
        ('null {"a":"1"}', "record 1 needs to be an object"),
        ('{"a":"1"}}', "record 2 needs a '{' for its '}'"),
        ('{"a":"1"}\n{"a":2}', r"record 2 does not fit \(Column\(/a\) changed .* to number\)"),
        ('{"a":"1"}\n{"a" "b"}', r"record 2 does not fit \(Missing a colon"),
        ('{"a":"1"}\n{"b":[3]}', "record 2 does not fit"),
        ('{"a":"1"}\n\n{"a":"\udcff"}', "record 2 needs to be UTF-8"),
        ('{"a":"1", "b":"' + "x" * 200 + '"}', "record 1 needs at most 99 bytes"),
    ],
)
def test_the_broken_record_is_named(tmp_path, content, message):
    path = tmp_path / "records.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(DataError, match=message):
        read(path, block_bytes=99)


def test_errors_count_across_blocks(tmp_path):
    path = tmp_path / "records.json"
    path.write_text(json.dumps([{"a": "1"}] * 30 + [{"a": 1}] + [{"a": "1"}] * 30))
    with pytest.raises(DataError, match="record 31 does not fit"):
        read(path, block_bytes=64)


@pytest.mark.parametrize("content", ["", " \n", "[]", "[\n]"])
def test_empty_files_have_no_records(tmp_path, content):
    path = tmp_path / "records.json"
    path.write_text(content)
    assert read(path) == []


def test_backslashes_without_end_take_no_time(tmp_path):
    path = tmp_path / "records.json"
    path.write_bytes(b'{"a":"' + b"\\" * 2_000_000 + b'"}')
    ((_, row),) = read(path)
    assert row["a"] == "\\" * 1_000_000
    path.write_bytes(b'{"a":"' + b"\\" * 2_000_001 + b'"}')
    with pytest.raises(DataError, match="record 1 needs an end"):
        read(path)


def test_at_most_one_block_is_read_ahead(tmp_path):
    path = tmp_path / "records.json"
    path.write_text(json.dumps([{"a": str(number)} for number in range(2000)]) + "broken")
    blocks = json_records(path, SCHEMA, 1000)
    place, _ = next(blocks)  # the end of the file was not looked at yet
    assert np.array_equal(place.number, np.arange(1, len(place.number) + 1))
    assert 40 < len(place.number) < 100
