from __future__ import annotations

import json
import warnings

import pyarrow as pa
import pytest

from fashiongraph.datasets.io.json_files import files_below, json_files
from fashiongraph.datasets.io.json_rows import list_of, needed
from fashiongraph.errors import DataError

ROW = pa.struct([needed("id", pa.string()), needed("items", list_of(pa.string()))])


@pytest.fixture
def folder(tmp_path):
    """Ten files."""
    for number in range(10):
        path = tmp_path / f"u{number % 2}" / f"{number}.json"
        path.parent.mkdir(exist_ok=True)
        items = [number, f"{number}", 1.5] if number else []
        path.write_text(json.dumps({"id": number, "items": items, "x": {"y": [1]}}))
        (path.parent / "picture.jpg").touch()
    return tmp_path


def read(folder, lenient=False):
    blocks = json_files(files_below(folder), ROW, lenient, block_files=3)
    return [
        (path.name, row)
        for paths, rows in blocks
        for path, row in zip(paths, rows.to_pylist(), strict=True)
    ]


def test_numbers_are_text_and_files_in_order(folder):
    expected = [
        (f"{n}.json", {"id": f"{n}", "items": [f"{n}", f"{n}", "1.5"] if n else []})
        for n in (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(folder, lenient=True) == expected


@pytest.mark.parametrize(
    "content",
    [
        *[b"", b"{}", b'{"id": "1"', b"[]", b"[" * 9999, b'{"id": "\xff"}'],
        *[b'{"id": null, "items": []}', b'{"id": {}, "items": []}', b'{"id": NaN, "items": []}'],
        *[b'{"id": 1, "items": [null]}', b'{"id": "\\ud800", "items": []}'],
    ],
)
def test_a_broken_file_is_named_or_skipped(folder, content):
    (folder / "u0" / "4.json").write_bytes(content)
    with pytest.raises(DataError, match=r"u0.4\.json"):
        read(folder)
    with pytest.warns(UserWarning, match=r"skipped 1 .*4\.json"):
        found = read(folder, lenient=True)
    assert [name for name, _ in found] == [f"{n}.json" for n in (0, 2, 6, 8, 1, 3, 5, 7, 9)]


def test_all_may_be_broken(folder):
    for path in files_below(folder):
        path.write_text("{}")
    with pytest.warns(UserWarning, match="skipped 10 broken files"):
        assert read(folder, lenient=True) == []


def test_the_warning_of_a_partial_read(folder):
    (folder / "u0" / "0.json").write_text("{}")
    blocks = json_files(files_below(folder), ROW, lenient=True, block_files=3)
    next(blocks)
    with pytest.warns(UserWarning, match="skipped 1 broken"):
        blocks.close()
