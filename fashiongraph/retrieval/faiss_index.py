"""Flat and inverted-file indices of faiss."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np

from fashiongraph.optional import require

_TRAINING_PER_CELL = 64  # training vectors of k-means per cell
_MIN_PER_CELL = 39  # faiss warns on standard error below


def empty_index(values: np.ndarray, cells: bool, half: bool) -> Any:
    """Build an empty faiss index for inner products.

    Args:
        values: Vectors [n, D] to train the cells on, those that will be added.
        cells: Build an inverted file rather than a flat index.
        half: Store vectors in half precision.
    """
    faiss = require("faiss", "retrieval")
    n, dim = values.shape
    storage = "SQfp16" if half else "Flat"
    num_cells = max(1, min(round(n**0.5), n // _MIN_PER_CELL))
    description = f"IVF{num_cells},{storage}" if cells else f"IDMap,{storage}"
    index = faiss.index_factory(dim, description, faiss.METRIC_INNER_PRODUCT)
    count = min(n, _TRAINING_PER_CELL * num_cells) if cells else 0
    rows = np.random.default_rng(0).choice(n, count, replace=False)
    index.train(values[np.sort(rows)])
    return index


def write_index(index: Any, file: Path) -> None:
    """Write an index.

    Args:
        index: The index.
        file: The file.

    Raises:
        OSError: If the file cannot be written.
    """
    faiss = require("faiss", "retrieval")
    # faiss itself only prints the error of a last part that does not fit on the disk.
    with file.open("wb") as stream:
        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))
        except RuntimeError as error:  # of an OSError in a call of ours, without its number
            raise OSError(errno.EIO, str(error), str(file)) from error


def read_index(file: Path, mapped: bool, cells: bool) -> Any:
    """Read or memory-map an index.

    Args:
        file: The file.
        mapped: Map the file rather than read it.
        cells: Whether it is an inverted file, which faiss maps with another flag.

    Raises:
        RuntimeError: If the file is not an index.
    """
    faiss = require("faiss", "retrieval")
    flag = faiss.IO_FLAG_MMAP if cells else faiss.IO_FLAG_MMAP_IFC
    return faiss.read_index(str(file), flag if mapped else 0)
