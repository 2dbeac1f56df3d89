"""Outfits that were published as a JSON file each."""

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

_FILES = 1024  # files at a time


def files_below(folder: Path) -> Iterator[Path]:
    """JSON files in a folder and those in it, by name, found while they are read."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(".json"))


def json_files(
    paths: Iterable[Path], row_type: pa.DataType, lenient: bool = False
) -> Iterator[tuple[list[Path], pa.StructArray]]:
    """Read JSON files, each of one object, in blocks.

    Args:
        paths: The files.
        row_type: What each holds, see :func:`fashiongraph.datasets.io.json_rows.arrow_rows`. Numbers
            are read as texts, so that it does not matter which of them a release has.
        lenient: Pass over broken files with a warning.

    Yields:
        Some files and their objects.

    Raises:
        DataError: If a file is broken and ``lenient`` is not set.
    """
    broken: list[DataError] = []
    todo = iter(paths)
    try:
        while block := list(islice(todo, _FILES)):
            try:
                rows = _rows(block, row_type)
            except DataError:  # whose fault is it?
                block, rows = _one_by_one(block, row_type, broken)
                if broken and not lenient:
                    raise broken[0] from None
            if block:
                yield block, rows
    finally:
        if broken and lenient:
            message = f"passed over {len(broken):,} broken files, the first one: {broken[0]}"
            warnings.warn(message, stacklevel=2)


def _rows(paths: Sequence[Path], row_type: pa.DataType) -> pa.StructArray:
    return arrow_rows(paths[0], [_read(path) for path in paths], row_type)


def _read(path: Path) -> Any:
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
