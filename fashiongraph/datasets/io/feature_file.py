"""Features of items in ``.npy`` files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from torch import Tensor

from fashiongraph.data.checks import LARGEST_FEATURE
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

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
    check_regular(path)
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


def nonfinite_rows(features: np.ndarray, allow_missing: bool = False) -> np.ndarray:
    """Indices of rows with a value that float32, the type of computation, cannot work with.

    Such a value is not finite, or above 1e15.

    It reads a block of rows at a time.

    Args:
        features: Rows of features [n, F].
        allow_missing: Whether a row of NaN alone, a picture that could not be read, is allowed.
    """
    step = max(1, CHUNK_BYTES // (features.itemsize * features.shape[1]))
    found = [np.empty(0, np.int64)]
    for start in range(0, len(features), step):
        with np.errstate(over="ignore"):  # of float64, such as a sentinel of 1e300
            block = features[start : start + step].astype(np.float32, copy=False)
        fine = np.abs(block) <= LARGEST_FEATURE  # a comparison with NaN is false
        broken = ~fine.all(axis=1)
        if allow_missing:
            broken &= ~np.isnan(block).all(axis=1)
        found.append(start + np.flatnonzero(broken))
    return np.concatenate(found)


def join_features(arrays: Sequence[np.ndarray]) -> Tensor | None:
    """Features of several files as one row per item.

    Args:
        arrays: Features of each file [n, F_m].

    Returns:
        A single array as it is, so that it stays memory-mapped; several fused
        (:func:`fashiongraph.features.fuse`), each scaled to length 1 and with an indicator of
        missing rows [n, Σ F_m + M]; :obj:`None` for none.
    """
    if not arrays:
        return None
    if len(arrays) == 1:
        return torch.from_numpy(arrays[0])
    from fashiongraph.features.fusion import fuse

    return torch.from_numpy(fuse(arrays).array)
