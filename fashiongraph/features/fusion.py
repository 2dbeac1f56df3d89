"""Fusion of several features of the same items into one row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import Features, checked_dtype, new_array


def fuse(
    features: Sequence[NDArray[np.floating]],
    missing: Sequence[NDArray[np.bool_] | None] | None = None,
    out: str | Path | None = None,
    dtype: DTypeLike = "float32",
    block_rows: int = 16_384,
) -> Features:
    r"""Concatenate modalities, each scaled to length 1, and indicators of missing ones.

    A row is

    .. math::
        \left[ \frac{a}{\lVert a \rVert}, \frac{b}{\lVert b \rVert}, \ldots,
        \mathbb{1}[a \text{ is missing}], \mathbb{1}[b \text{ is missing}], \ldots \right]

    so that all modalities have equal weight and a missing one (zeros) differs from a real row.
    Scaling by row needs no statistics, so nothing leaks from test items, and new items are fused
    in the same way.

    Args:
        features: One array [n, F_m] per modality, in memory or memory-mapped.
        missing: One mask [n] per modality. By default a row of zeros, or one with a NaN, is
            missing, as in saved features.
        out: A ``.npy`` file to write the rows to; the result is then memory-mapped.
        dtype: Type of the rows.
        block_rows: Rows at a time, which bounds the size of temporary copies.

    Returns:
        Rows [n, Σ F_m + M]; ``missing`` marks items without any modality.

    Raises:
        FashionGraphError: If the arrays do not fit each other, a row that is not missing holds a
            NaN or an infinity, or ``dtype`` is no float type.

    Example:
        >>> picture = np.array([[0.0, 4.0], [0.0, 0.0]])
        >>> text = np.array([[2.0], [1.0]])
        >>> fuse([picture, text]).array.tolist()
        [[0.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0]]
    """
    kind = checked_dtype(dtype)
    masks = [None] * len(features) if missing is None else list(missing)
    _check(features, masks)
    total = len(features[0])
    widths = [array.shape[1] for array in features]
    absent = np.zeros((total, len(features)), dtype=bool)
    with new_array(out, (total, sum(widths) + len(widths)), kind) as fused:
        for start in range(0, total, block_rows):
            rows = slice(start, start + block_rows)
            left = 0
            for m, (array, mask) in enumerate(zip(features, masks, strict=True)):
                values = np.array(array[rows], dtype=np.float64)  # a copy: it is changed below
                absent[rows, m] = _absent(values, None if mask is None else mask[rows], m, start)
                values[absent[rows, m]] = 0.0
                length = np.linalg.norm(values, axis=1, keepdims=True)
                fused[rows, left : left + widths[m]] = values / np.where(length > 0, length, 1.0)
                left += widths[m]
            fused[rows, left:] = absent[rows]
    array = fused if out is None else np.load(out, mmap_mode="r")
    return Features(array, np.asarray(absent.all(axis=1), dtype=bool))


def _check(
    features: Sequence[NDArray[np.floating]], masks: Sequence[NDArray[np.bool_] | None]
) -> None:
    if not features or any(array.ndim != 2 for array in features):
        shapes = [array.shape for array in features]
        raise FashionGraphError(f"'features' needs arrays of two dimensions (got shapes {shapes})")
    lengths = {len(array) for array in features} | {len(m) for m in masks if m is not None}
    if len(masks) != len(features) or len(lengths) > 1:
        raise FashionGraphError(
            f"'features' and 'missing' need one row per item and one mask per array (got "
            f"{len(features)} arrays and {len(masks)} masks of {sorted(lengths)} rows)"
        )


def _absent(
    values: NDArray[np.float64], mask: NDArray[np.bool_] | None, modality: int, start: int
) -> NDArray[np.bool_]:
    """Whether rows are missing: by the mask, or those of zeros or with a NaN."""
    if mask is not None:
        absent = np.asarray(mask, dtype=bool)
    else:
        absent = np.asarray(np.isnan(values).any(axis=1) | ~values.any(axis=1), dtype=bool)
    bad = ~np.isfinite(values).all(axis=1) & ~absent
    if bad.any():
        row = start + int(bad.argmax())
        raise FashionGraphError(
            f"'features' needs finite numbers where nothing is missing "
            f"(got {values[bad][0].tolist()[:4]}... in row {row} of array {modality})"
        )
    return absent
