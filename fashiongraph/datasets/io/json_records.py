"""Records of a JSON file of any size, as Arrow tables.

pyarrow reads JSON lines only, neither one array nor records that it can number for errors. ijson
with its C library took 1.5 times as long into Arrow tables (60 MB of SHIFT15M's form: 2.7 s here,
4.6 s there) and would be a further dependency. So records are separated here, and pyarrow parses.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import json

from fashiongraph.datasets.io.numbered import Numbered
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

BLOCK_BYTES = 1 << 24


def json_records(
    path: Path, schema: pa.Schema, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[Numbered, pa.Table]]:
    """Read the objects of a JSON array, or of a file of JSON lines, in blocks.

    Args:
        path: The file, in UTF-8.
        schema: Fields to read and their types; others are ignored.
        block_bytes: Bytes to read at a time, and largest size of a record.

    Yields:
        Numbers of some records, and the records.

    Raises:
        DataError: If the file cannot be read, is cut off, or a record breaks the schema.

    Example:
        >>> file = getfixture("tmp_path") / "outfits.json"
        >>> _ = file.write_text('[{"set_id": "1", "likes": 3}, {"set_id": "2"}]')
        >>> for place, table in json_records(file, pa.schema({"set_id": pa.string()})):
        ...     print(place.number, table.to_pylist())
        [1 2] [{'set_id': '1'}, {'set_id': '2'}]
    """
    first = 1
    for lines in _lines_of_records(path, block_bytes):
        table = _parse(lines, schema, path, first)
        number = np.arange(first, first + table.num_rows)
        yield Numbered(path, "record", number), table
        first += table.num_rows


def _parse(lines: pa.Buffer, schema: pa.Schema, path: Path, first: int) -> pa.Table:
    # One block and one thread: only then do errors count rows from the first record.
    read = json.ReadOptions(use_threads=False, block_size=lines.size + 1)
    parse = json.ParseOptions(
        explicit_schema=schema, newlines_in_values=True, unexpected_field_behavior="ignore"
    )
    try:
        return json.read_json(pa.BufferReader(lines), read, parse).combine_chunks()
    except pa.ArrowInvalid as error:
        reason, _, row = str(error).removeprefix("JSON parse error: ").partition(" in row ")
        number = first + int(row) if row.isdigit() else first
        raise DataError(f"record {number} does not fit ({reason})", file=path) from error


def _lines_of_records(path: Path, block_bytes: int) -> Iterator[pa.Buffer]:
    """The file's records in blocks, with line ends in place of anything between them."""
    rest, seen, bracket, last = b"", 0, b"", b""
    check_regular(path)
    try:
        with path.open("rb") as file:
            while read := file.read(block_bytes):
                text = rest + (read if bracket else read.removeprefix(codecs.BOM_UTF8))
                bracket = bracket or text.lstrip()[:1]
                last = text.rstrip()[-1:] or last
                lines, count, rest = _cut(text, path, seen)
                seen += count
                if len(rest) > block_bytes:
                    rule = f"record {seen + 1} needs at most {block_bytes:,} bytes"
                    raise DataError(rule, file=path)
                if count:
                    yield lines
    except OSError as error:
        raise DataError(f"needs to be readable ({error})", file=path) from error
    if rest:
        raise DataError(f"record {seen + 1} needs an end: the file is cut off", file=path)
    if bracket == b"[" and last != b"]":
        raise DataError("needs a ']' at the end: the file is cut off", file=path)


_MARKS = np.isin(np.arange(256), list(b'"{}'))
_BETWEEN = np.isin(np.arange(256), list(b" \t\r\n,[]"))


def _cut(data: bytes, path: Path, seen: int) -> tuple[pa.Buffer, int, bytes]:
    """Complete records of a text that begins between records, their number, and the rest."""
    text = np.frombuffer(data, np.uint8)
    start, end = _records(text, path, seen)
    left = int(start[len(end)]) if len(start) > len(end) else len(text)
    start = start[: len(end)]
    step = np.zeros(left + 1, np.int8)
    step[start] += 1
    step[end] -= 1
    outside = np.cumsum(step[:-1], dtype=np.int8) == 0
    unexpected = outside & ~_BETWEEN[text[:left]]
    if unexpected.any():
        position = int(unexpected.argmax())
        number = seen + int(np.searchsorted(start, position)) + 1
        found = bytes(data[position : position + 10])
        raise DataError(f"record {number} needs to be an object (got {found!r})", file=path)
    lines = text[:left].copy()
    lines[outside] = ord("\n")
    try:
        str(lines.data, "utf-8")
    except UnicodeDecodeError as error:
        number = seen + int(np.searchsorted(start, error.start, side="right"))
        raise DataError(f"record {number} needs to be UTF-8 ({error.reason})", path) from error
    return pa.py_buffer(lines), len(end), data[left:]


def _records(text: np.ndarray, path: Path, seen: int) -> tuple[np.ndarray, np.ndarray]:
    """Start of each object, and end of each complete one."""
    mark = np.flatnonzero(_MARKS[text])
    is_quote = text[mark] == ord('"')
    is_quote[is_quote] = ~_escaped(text, mark[is_quote])
    opened = np.cumsum(is_quote) % 2 == 1
    brace = (text[mark] != ord('"')) & ~opened  # braces within strings are text
    mark = mark[brace]
    step = np.where(text[mark] == ord("{"), 1, -1)
    depth = np.cumsum(step)
    if depth.min(initial=0) < 0:
        number = seen + int(((step < 0) & (depth == 0))[: int((depth < 0).argmax())].sum()) + 1
        raise DataError(f"record {number} needs a '{{' for its '}}'", file=path)
    return mark[(step > 0) & (depth == 1)], mark[(step < 0) & (depth == 0)] + 1


def _escaped(text: np.ndarray, quote: np.ndarray) -> np.ndarray:
    """Whether an odd number of backslashes stands before each quote."""
    escaped = np.zeros(len(quote), dtype=bool)
    behind = np.flatnonzero((quote > 0) & (text[quote - 1] == ord("\\")))
    if len(behind):
        other = np.append(-1, np.flatnonzero(text != ord("\\")))
        before = other[np.searchsorted(other, quote[behind]) - 1]
        escaped[behind] = (quote[behind] - 1 - before) % 2 == 1
    return escaped
