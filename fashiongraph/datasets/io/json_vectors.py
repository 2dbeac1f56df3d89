"""Features published as one compressed JSON file per item.

No library reads this form; the standard library parses, one row at a time.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from fashiongraph.errors import DataError
from fashiongraph.files import mapped_array
from fashiongraph.manifest import check_regular

_MAX_BYTES = 1 << 24  # of the text of a row


def write_json_vectors(files: Iterable[Path], count: int, target: Path) -> None:
    """Write lists of numbers, each in a gzipped JSON file, as the rows of one ``.npy`` file.

    One row is in memory at a time.

    Args:
        files: The files, in the order of the rows.
        count: Number of files.
        target: The file to write: float16 [count, width of the first row].

    Raises:
        DataError: If a file is missing, broken, or of another width than the first.
        OSError: If the disk is full.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> _ = (folder / "1.json.gz").write_bytes(gzip.compress(b"[0.5, 2]"))
        >>> write_json_vectors([folder / "1.json.gz"], 1, folder / "features.npy")
        >>> np.load(folder / "features.npy").tolist()
        [[0.5, 2.0]]
    """
    rows = None
    for index, file in enumerate(files):
        row = _read(file)
        if rows is None:
            rows = mapped_array(target, (count, len(row)), np.float16)
        if len(row) != rows.shape[1]:
            raise DataError(f"needs {rows.shape[1]} numbers, as others (has {len(row)})", file)
        rows[index] = row
    if rows is not None:
        rows.flush()


def _read(file: Path) -> np.ndarray:
    check_regular(file)
    try:
        with gzip.open(file) as stream:
            text = stream.read(_MAX_BYTES + 1)
        if len(text) > _MAX_BYTES:
            raise DataError(f"a row of features needs at most {_MAX_BYTES:,} bytes", file=file)
        values = json.loads(text)
        row = np.asarray(values, dtype=np.float64)
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError("this file of features is needed, it is missing", file=file) from error
    # EOFError: cut off. OverflowError: a number of 400 digits. RecursionError: nested lists.
    except (
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise DataError(f"needs to be a gzipped list of numbers ({error})", file=file) from error
    if row.ndim != 1 or not len(row) or not (np.abs(row) <= np.finfo(np.float16).max).all():
        raise DataError("needs to be a list of finite numbers of half precision", file=file)
    return row
