"""Quotes that a CSV file opens and does not close as it should."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa

from fashiongraph.errors import DataError

# Looking behind the quote, not before it, lets the search run from quote to quote. A byte order
# mark may stand before the first.
_OPENING = re.compile(rb'"(?:(?<![^,\r\n]")|(?<=\A\xef\xbb\xbf"))')
# A field of one line takes no row with it, whatever follows its closing quote.
_LINE = rb'[^"\r\n]*(?:""[^"\r\n]*)*"(?!")'
_LINES = rb'[^"]*(?:""[^"]*)*"(?=[,\r\n]|\Z)'
_QUOTED = re.compile(_OPENING.pattern + rb"(?:" + _LINE + rb"|" + _LINES + rb")")


def check_quotes(path: Path) -> None:
    """Check that every quoted field ends with a quote and that nothing of the field follows it.

    Arrow takes a field whose quote never ends for one that runs to the end of the file, and the
    rows it runs over are gone without an error. A quote inside a field that begins without one,
    as in ``5" heel``, is a character like any other, and so is what follows the closing quote of
    a field of one line, as in ``"nice" shoes``. Where a field of several lines ends before the end
    of a field, its quote was meant to open another one.

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


def _shown(text: bytes) -> str:
    line = text.splitlines()[0].decode("utf-8", errors="replace")
    return line if len(line) <= 40 else line[:40] + "…"
