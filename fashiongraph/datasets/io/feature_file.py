"""Features of items in ``.npy`` files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from fashiongraph.errors import DataError

FLOATS = ("float16", "float32", "float64")
CHUNK_BYTES = 1 << 24


def open_features(path: Path) -> np.ndarray:
    """Map a file of features into memory; its rows stay on disk until they are read.

    The map is copy-on-write, so the file is never changed.

    Returns:
        The array [n, F] of any width of float.

    Raises:
        DataError: If the file holds no such array.
    """
    try:
        # Never unpickles: an array of Python objects is refused.
        features = open_memmap(path, mode="c")
    except Exception as error:  # a broken header can raise almost anything in NumPy's parser
        raise DataError(f"features need to be a readable .npy array ({error})", path) from error
    if features.ndim != 2 or features.shape[1] == 0:
        raise DataError(f"features need the shape [items, width] (got {features.shape})", path)
    if features.dtype not in [np.dtype(name) for name in FLOATS]:
        raise DataError(f"features need to be {', '.join(FLOATS)} (got {features.dtype})", path)
    return features


def nonfinite_rows(features: np.ndarray) -> np.ndarray:
    """Rows that hold NaN or an infinite value, found without reading all rows at once."""
    step = max(1, CHUNK_BYTES // (features.itemsize * features.shape[1]))
    found = [
        start + np.flatnonzero(~np.isfinite(features[start : start + step]).all(axis=1))
        for start in range(0, len(features), step)
    ]
    return np.concatenate([np.empty(0, np.int64), *found])
