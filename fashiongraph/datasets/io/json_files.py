"""Data sets with one JSON file per outfit.

pyarrow's JSON reader handles JSON lines only; a call of it per file, or joining the files, would
lose which file is broken. So the standard library parses and Arrow converts a block of files.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from fashiongraph.datasets.io.json_rows import arrow_rows
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular


def files_below(folder: Path) -> Iterator[Path]:
    """JSON files in a folder and its subfolders, sorted by name, found lazily."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(".json"))


def json_files(
    paths: Iterable[Path], row_type: pa.DataType, lenient: bool = False, block_files: int = 1024
) -> Iterator[tuple[list[Path], pa.StructArray]]:
    """Read JSON files of one object each, in blocks.

    Args:
        paths: The files.
        row_type: Type of each object, as in
            :func:`~fashiongraph.datasets.io.json_rows.arrow_rows`. Numbers are read as text, so
            that a release may have either.
        lenient: Skip broken files with a warning.
        block_files: Number of files to read at a time.

    Yields:
        Some files and their objects.

    Raises:
        DataError: If a file is broken and ``lenient`` is not set.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> _ = (folder / "1.json").write_text('{"set_id": 1}')
        >>> row_type = pa.struct([pa.field("set_id", pa.string())])
        >>> [(paths[0].name, rows.to_pylist()) for paths, rows in
        ...  json_files(files_below(folder), row_type)]
        [('1.json', [{'set_id': '1'}])]
    """
    broken: list[DataError] = []
    todo = iter(paths)
    try:
        while block := list(islice(todo, block_files)):
            try:
                rows = _rows(block, row_type)
            except DataError:  # find the broken file
                block, rows = _one_by_one(block, row_type, broken)
                if broken and not lenient:
                    raise broken[0] from None
            if block:
                yield block, rows
    finally:
        if broken and lenient:
            message = f"skipped {len(broken):,} broken files, the first one: {broken[0]}"
            warnings.warn(message, stacklevel=2)


def _rows(paths: Sequence[Path], row_type: pa.DataType) -> pa.StructArray:
    return arrow_rows(paths[0], [_read(path) for path in paths], row_type)


def _read(path: Path) -> Any:
    check_regular(path)
    try:
        return json.loads(path.read_bytes(), parse_int=str, parse_float=str)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"needs to be readable as JSON ({error})", file=path) from error


def _one_by_one(
    paths: Sequence[Path], row_type: pa.DataType, broken: list[DataError]
) -> tuple[list[Path], pa.StructArray]:
    """The files that can be read; the errors of others are added to ``broken``."""
    tried = [_try(path, row_type) for path in paths]
    broken += [found for found in tried if isinstance(found, DataError)]
    good = [path for path, found in zip(paths, tried, strict=True) if isinstance(found, pa.Array)]
    rows = [found for found in tried if isinstance(found, pa.Array)]
    return good, pa.concat_arrays(rows) if rows else arrow_rows(paths[0], [], row_type)


def _try(path: Path, row_type: pa.DataType) -> pa.StructArray | DataError:
    try:
        return _rows([path], row_type)
    except DataError as error:
        return error
