"""Lines of a text file of any size, cut at commas.

pyarrow's CSV reader cannot keep the commas of an unquoted last field, as in POG's titles, and its
errors have no number of the line. So lines are cut here with Arrow's string functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.io.numbered import Numbered
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

BLOCK_BYTES = 1 << 24


def line_blocks(
    path: Path, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[Numbered, pa.LargeStringArray]]:
    """Read the lines of a UTF-8 file in blocks; blank lines are skipped.

    Args:
        path: The file.
        block_bytes: Bytes to read at a time, and largest size of a line.

    Yields:
        Numbers of some lines, and the lines without surrounding white space.

    Raises:
        DataError: If the file cannot be read, is not UTF-8, or has too long a line.
    """
    first = 1
    for block in _blocks_of_lines(path, block_bytes):
        _check_utf8(block, path, first)
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
        if not len(ends) or ends[-1] < len(block):  # the last line of the file needs no end
            ends = np.append(ends, len(block))
        offsets = pa.py_buffer(np.append(0, ends))
        lines = pa.LargeStringArray.from_buffers(len(ends), offsets, pa.py_buffer(block))
        lines = pc.utf8_trim_whitespace(lines)
        kept = pc.greater(pc.binary_length(lines), 0)
        number = first + np.flatnonzero(kept.to_numpy(zero_copy_only=False))
        yield Numbered(path, "line", number), lines.filter(kept)
        first += len(ends)


def fields(lines: pa.Array, count: int, place: Numbered) -> list[pa.Array]:
    r"""Split lines at their first commas.

    Args:
        lines: The lines [n].
        count: Number of fields of each line; the last one keeps further commas.
        place: Numbers of the lines, for errors.

    Returns:
        The fields by position, each [n].

    Raises:
        DataError: If a line has fewer.

    Example:
        >>> file = getfixture("tmp_path") / "items.txt"
        >>> _ = file.write_text("7,shoes,red, flat\n\n9,bags,blue\n")
        >>> place, lines = next(line_blocks(file))
        >>> place.number.tolist()
        [1, 3]
        >>> [field.to_pylist() for field in fields(lines, 3, place)]
        [['7', '9'], ['shoes', 'bags'], ['red, flat', 'blue']]
    """
    pieces = pc.split_pattern(lines, ",", max_splits=count - 1)
    found = pieces.value_lengths().to_numpy()
    place.refuse(found != count, lambda i: f"{count} fields (has {found[i]})")
    flat = pieces.flatten()
    return [flat.take(pa.array(np.arange(start, len(flat), count))) for start in range(count)]


def _blocks_of_lines(path: Path, block_bytes: int) -> Iterator[bytes]:
    """The bytes of the file, cut behind ends of lines."""
    rest = b""
    check_regular(path)
    try:
        with path.open("rb") as file:
            while read := file.read(block_bytes):
                lines, end, rest_of_read = read.rpartition(b"\n")
                if end:
                    yield rest + lines + end
                    rest = rest_of_read
                else:
                    rest += read
                if len(rest) > block_bytes:
                    raise DataError(f"a line needs at most {block_bytes:,} bytes", file=path)
    except OSError as error:
        raise DataError(f"needs to be readable ({error})", file=path) from error
    if rest:
        yield rest


def _check_utf8(block: bytes, path: Path, first: int) -> None:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        line = first + block.count(b"\n", 0, error.start)
        raise DataError(f"line {line} needs to be UTF-8 ({error.reason})", file=path) from error
