"""CSV files as Arrow tables, with the row of the file that each row came from.

pyarrow reads and parses. By hand stays what it cannot do: an unclosed quote hides rows without an
error, identifiers of 20 digits become equal floats, and its handler of rows of a wrong length fails
on text that is not UTF-8, so that one byte would cost the file instead of its row.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.errors import DataError

# Looking behind the quote, not before it, lets the search run from quote to quote. A byte order
# mark may precede the first.
_OPENING = re.compile(rb'"(?:(?<![^,\r\n]")|(?<=\A\xef\xbb\xbf"))')
# A field of one line takes no row with it, whatever follows its closing quote.
_LINE = rb'[^"\r\n]*(?:""[^"\r\n]*)*"(?!")'
_LINES = rb'[^"]*(?:""[^"]*)*"(?=[,\r\n]|\Z)'
_CHUNK_BYTES = 1 << 24
_QUOTED = re.compile(_OPENING.pattern + rb"(?:" + _LINE + rb"|" + _LINES + rb")")


def check_quotes(path: Path) -> None:
    """Check that every quoted field ends with a quote and that nothing of the field follows it.

    Arrow reads a field whose quote is not closed up to the next quote or the end of the file and
    drops the rows in between without an error. A quote inside a field that begins without one,
    as in ``5" heel``, is an ordinary character, and so is text after the closing quote of a field
    of one line, as in ``"nice" shoes``. If text follows the closing quote of a field of several
    lines, that quote was meant to open another field.

    Raises:
        DataError: If a field is not closed, with the row it begins in.
    """
    with pa.memory_map(str(path)) as file:
        content = file.read_buffer()
        if not _OPENING.search(content):
            return
        left = _QUOTED.sub(b"", content)  # one pass in C, without an object for each field
    broken = _OPENING.search(left)
    if broken:
        # What was taken out holds the line ends inside of fields: those left end rows.
        row = len(left[: broken.end()].splitlines())
        raise DataError(
            "a field that begins with a quote needs to end with one, before a comma or the end "
            f"of its row (got {_shown(left[broken.start() :])})",
            file=path,
            row=row,
        )


def csv_rows(content: bytes) -> list[bytes]:
    r"""Rows of a CSV file with their line ends, as :func:`read_csv` counts them from 1.

    Args:
        content: Bytes of the file, of which each quoted field ends.

    Example:
        >>> csv_rows(b'id,title\n1,"of two\nlines"\n\n2,bag')
        [b'id,title\n', b'1,"of two\nlines"\n', b'\n', b'2,bag']
    """
    if not _OPENING.search(content):
        return content.splitlines(keepends=True)
    shown = _QUOTED.sub(lambda field: b"." * len(field[0]), content)  # without their line ends
    ends = np.cumsum([0, *map(len, shown.splitlines(keepends=True))]).tolist()
    return [content[start:end] for start, end in itertools.pairwise(ends)]


def csv_text(values: pa.Table, end: bytes) -> list[bytes]:
    r"""Rows of a CSV file of some values.

    Args:
        values: Columns of text or of types that convert to it; missing values are empty.
        end: Line end.

    Raises:
        pyarrow.ArrowException: If a type has no text.

    Example:
        >>> csv_text(pa.table({"id": ["1", None], "title": ['5" heel', "a, b"]}), b"\n")
        [b'1,"5"" heel"\n', b',"a, b"\n']
    """
    fields = []
    quote, comma, nothing = (pa.scalar(text, pa.large_string()) for text in ('"', ",", ""))
    for column in values.columns:
        text = pc.fill_null(column.cast(pa.large_string()), "")
        inner = pc.replace_substring(text, '"', '""')
        quoted = pc.binary_join_element_wise(quote, inner, quote, nothing)
        fields.append(pc.if_else(pc.match_substring_regex(text, '[",\r\n]'), quoted, text))
    rows = pc.binary_join_element_wise(*fields, comma)
    return [row.encode() + end for row in rows.to_pylist()]


def _shown(text: bytes) -> str:
    line = text.splitlines()[0].decode("utf-8", errors="replace")
    return line if len(line) <= 40 else line[:40] + "…"


def read_csv(
    path: Path, problems: Problems, text: Sequence[str], wanted: Sequence[str] | None
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Read a CSV file with a header.

    Args:
        path: The file.
        problems: Collects rows with too many or too few fields, or with text in a wanted column
            that is not UTF-8.
        text: Columns that are always text. The types of others are inferred; whole numbers too
            large for 64 bits are text.
        wanted: Columns to check; by default all.

    Returns:
        The n rows that could be read, the row of the file that each came from [n], and the rows
        of the file that could not be read.

    Raises:
        DataError: If the file is no CSV file, or a quoted field does not end.
    """
    try:
        check_quotes(path)
        is_utf8 = _is_utf8(path)
        # Arrow needs UTF-8 throughout. Otherwise each byte is read as a character and decoded
        # later, so that one bad byte costs one row.
        source = pa.OSFile(str(path)) if is_utf8 else _bytes_as_characters(path)
        with source:
            table, ragged = _parse(source, text)
            table = _with_all_digits(table, source, text, wanted)
    except (pa.ArrowException, OSError) as error:
        if "Empty CSV" in str(error):
            raise DataError("a table needs a header and at least one row", file=path) from error
        raise DataError(f"the file needs to be readable as CSV ({error})", file=path) from error
    lost = np.array([number for number, _, _ in ragged], dtype=np.int64)
    problems.add(path, lost, lambda i: "a row needs {1} fields (got {2})".format(*ragged[i]))
    found = np.ones(table.num_rows + len(lost), dtype=bool)
    found[lost - 2] = False
    row = np.flatnonzero(found)
    row += 2
    if is_utf8:
        return table, row, lost
    table, bad = _decode(path, table, row, problems, wanted)
    return table.filter(pa.array(~bad)), row[~bad], np.concatenate([lost, row[bad]])


def _parse(source: pa.NativeFile, text: Sequence[str]) -> tuple[pa.Table, list[tuple[int, ...]]]:
    """Rows of the right length; row, fields needed and fields found of each of the others."""
    ragged: list[tuple[int, ...]] = []

    def skip(row: csv.InvalidRow) -> str:
        ragged.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    parse = csv.ParseOptions(
        newlines_in_values=True,
        ignore_empty_lines=False,  # they count as rows in a spreadsheet
        invalid_row_handler=skip,
    )
    convert = csv.ConvertOptions(
        column_types={name: pa.large_string() for name in text}, check_utf8=False
    )
    source.seek(0)
    table = csv.read_csv(source, csv.ReadOptions(use_threads=True), parse, convert)
    if ragged:  # only a single thread numbers them
        ragged.clear()
        source.seek(0)
        table = csv.read_csv(source, csv.ReadOptions(use_threads=False), parse, convert)
    return table, ragged


def _with_all_digits(
    table: pa.Table, source: pa.NativeFile, text: Sequence[str], wanted: Sequence[str] | None
) -> pa.Table:
    """The table with columns of whole numbers as text where Arrow inferred floats.

    Arrow does so beyond 64 bits, where different identifiers of 20 digits become one float.
    """
    wide = [
        index
        for index, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True))
        if pa.types.is_float64(column.type)
        and (wanted is None or name in wanted)
        and pc.any(pc.greater_equal(pc.abs(column), 2.0**63)).as_py()
    ]
    if wide:
        written, _ = _parse(source, [*text, *(table.column_names[index] for index in wide)])
    for index in wide:
        digits = pc.if_else(table.column(index).is_null(), "", written.column(index))
        if pc.all(pc.match_substring_regex(digits, r"^\s*([-+]?[0-9]+)?\s*$")).as_py():
            table = table.set_column(index, table.column_names[index], digits)
    return table


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _bytes_as_characters(path: Path) -> pa.BufferReader:
    content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    return pa.BufferReader(content.decode("latin-1").encode("utf-8"))


def _decode(
    path: Path,
    table: pa.Table,
    row: np.ndarray,
    problems: Problems,
    wanted: Sequence[str] | None,
) -> tuple[pa.Table, np.ndarray]:
    """Undo :func:`_bytes_as_characters`; return also where a row is not UTF-8 [n]."""
    names = [_decoded(name) for name in table.column_names]
    if None in names:
        raw = table.column_names[names.index(None)].encode("latin-1")
        raise DataError(f"the header needs to be UTF-8 (got {raw!r})", file=path, row=1)
    bad = np.zeros(len(row), dtype=bool)
    for index, name in enumerate(names):
        column = table.column(index)
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        if not is_text or (wanted is not None and name not in wanted):
            continue
        values = column.to_pylist()  # a loop over values, but only where a file is broken
        decoded = [_decoded(value) for value in values]
        wrong = np.array([value is None for value in decoded], dtype=bool) & ~bad
        found = np.flatnonzero(wrong)
        raws = [values[i].encode("latin-1") for i in found]
        rules = [f"{name!r} needs to be UTF-8 (got {raw!r})" for raw in raws]
        problems.add(path, row[found], rules.__getitem__)
        bad |= wrong
        table = table.set_column(index, name, pa.array(decoded, pa.large_string()))
    return table.rename_columns(names), bad


def _decoded(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None
