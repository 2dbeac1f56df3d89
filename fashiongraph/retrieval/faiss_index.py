"""Making and reading the two kinds of faiss index that are used here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fashiongraph.optional import require

_PER_CELL = 64  # vectors that k-means sees for each cell
_FEWEST_PER_CELL = 39  # what faiss asks for, and says so on standard error below


def empty_index(values: np.ndarray, cells: bool, half: bool) -> Any:
    """A faiss index by inner product, ready to be filled.

    Args:
        values: Vectors [n, D] that it will hold, to find cells by.
        cells: Whether to search cells of an inverted file rather than all vectors.
        half: Whether to keep vectors in half precision.
    """
    faiss = require("faiss", "retrieval")
    n, width = values.shape
    store = "SQfp16" if half else "Flat"
    num_cells = max(1, min(round(n**0.5), n // _FEWEST_PER_CELL))
    kind = f"IVF{num_cells},{store}" if cells else f"IDMap,{store}"
    index = faiss.index_factory(width, kind, faiss.METRIC_INNER_PRODUCT)
    count = min(n, _PER_CELL * num_cells) if cells else 0
    rows = np.random.default_rng(0).choice(n, count, replace=False)
    index.train(values[np.sort(rows)])
    return index


def read_index(file: Path, mapped: bool, cells: bool) -> Any:
    """Read an index, or map it.

    Args:
        file: The file.
        mapped: Whether vectors stay in the file.
        cells: Whether it is an inverted file, which faiss maps in a way of its own.

    Raises:
        RuntimeError: If the file holds no index.
    """
    faiss = require("faiss", "retrieval")
    how = faiss.IO_FLAG_MMAP if cells else faiss.IO_FLAG_MMAP_IFC
    return faiss.read_index(str(file), how if mapped else 0)
