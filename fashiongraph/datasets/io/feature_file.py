"""Features of items in ``.npy`` files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from fashiongraph.errors import DataError

FLOATS = ("float16", "float32", "float64")
CHUNK_BYTES = 1 << 24


def open_features(path: Path) -> np.ndarray:
    """Memory-map a file of features, copy-on-write: the file is never changed.

    Returns:
        The array [n, F], float16, float32 or float64.

    Raises:
        DataError: If the file holds no such array.

    Example:
        >>> file = getfixture("tmp_path") / "features.npy"
        >>> np.save(file, np.eye(3, dtype=np.float16))
        >>> open_features(file).shape
        (3, 3)
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
    """Indices of rows with NaN or an infinite value; reads a block of rows at a time."""
    step = max(1, CHUNK_BYTES // (features.itemsize * features.shape[1]))
    found = [
        start + np.flatnonzero(~np.isfinite(features[start : start + step]).all(axis=1))
        for start in range(0, len(features), step)
    ]
    return np.concatenate([np.empty(0, np.int64), *found])
