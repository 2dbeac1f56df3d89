"""Arrays on disk that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray


@contextmanager
def new_array(
    path: str | Path | None, shape: tuple[int, ...], dtype: DTypeLike
) -> Iterator[NDArray[np.floating]]:
    """An array to fill, of any size: memory-mapped, and named ``path`` only once it is complete.

    Args:
        path: The ``.npy`` file to write; :obj:`None` makes an array in memory.
        shape: Shape of the array.
        dtype: Type of its values.

    Yields:
        The array. Where the block raises, the file is removed and ``path`` stays as it was.
    """
    if path is None:
        yield np.empty(shape, dtype)
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        rows = np.lib.format.open_memmap(partial, mode="w+", dtype=np.dtype(dtype), shape=shape)
        yield rows
        rows.flush()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def save_features(path: str | Path, array: NDArray[np.floating]) -> None:
    """Write rows of features as ``.npy``, under a temporary name until they are complete."""
    with new_array(path, array.shape, array.dtype) as rows:
        rows[...] = array
