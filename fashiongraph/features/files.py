"""Files of features, written atomically."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write, mapped_array


@contextmanager
def new_array(
    path: str | Path | None, shape: tuple[int, ...], dtype: DTypeLike
) -> Iterator[NDArray[np.floating]]:
    """Create an array to fill: memory-mapped, and at ``path`` once it is complete.

    Args:
        path: The ``.npy`` file to write; :obj:`None` for an array in memory.
        shape: Shape of the array.
        dtype: Type of its values.

    Yields:
        The array. If the block raises, the file is removed and ``path`` is unchanged.

    Raises:
        DataError: If the disk is full.
    """
    if path is None:
        yield np.empty(shape, dtype)
        return
    with atomic_write(path) as draft:
        rows = mapped_array(draft, shape, dtype)
        yield rows
        rows.flush()


def save_features(path: str | Path, array: NDArray[np.floating]) -> None:
    """Write rows of features as ``.npy``, under a temporary name until complete.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "features.npy"
        >>> save_features(path, np.zeros((2, 3), np.float16))
        >>> np.load(path).shape
        (2, 3)
    """
    with new_array(path, array.shape, array.dtype) as rows:
        rows[...] = array


def checked_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Check that a type is a float type: integers would cut most features to zero.

    Raises:
        FashionGraphError: If it is another type.
    """
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise FashionGraphError(f"'dtype' needs to be a float type (got {dtype!r})") from None
    if not np.issubdtype(kind, np.floating):
        raise FashionGraphError(f"'dtype' needs to be a float type (got {kind.name})")
    return kind


@dataclass(frozen=True, eq=False)
class Features:
    """One row of features per input, in the order of the inputs.

    Args:
        array: Rows [n, F], in memory or over a memory-mapped file.
        missing: Whether a row is missing [n]: a picture that could not be read (a row of NaN, so
            that training on it fails) or a text without words (a row of zeros).
        problems: Reasons by path, for pictures that could not be read.

    Example:
        >>> Features(np.zeros((2, 3), np.float16), np.array([True, False]))
        Features(2 rows of 3 float16, 1 missing)
    """

    array: NDArray[np.floating]
    missing: NDArray[np.bool_]
    problems: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self)} rows of {self.array.shape[1]} "
            f"{self.array.dtype}, {int(self.missing.sum())} missing)"
        )
