from __future__ import annotations

import math

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.fusion import fuse


def reference(arrays, masks) -> list[list[float]]:
    """Every row by the definition."""
    rows = []
    for r in range(len(arrays[0])):
        row = []
        for array, mask in zip(arrays, masks, strict=True):
            values = [0.0] * array.shape[1] if mask[r] else [float(v) for v in array[r]]
            length = math.sqrt(sum(v * v for v in values)) or 1.0
            row += [v / length for v in values]
        rows.append(row + [float(mask[r]) for mask in masks])
    return rows


@pytest.fixture
def modalities():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(7, 3)) * 100, rng.normal(size=(7, 5)).astype(np.float16)]


@pytest.mark.parametrize("block_rows", [2, 100])
def test_against_a_loop(modalities, block_rows):
    masks = [np.arange(7) % 3 == 0, np.arange(7) % 2 == 0]
    modalities[0][0] = np.nan  # values of a missing row are ignored
    before = modalities[0].copy()
    fused = fuse(modalities, masks, block_rows=block_rows)
    np.testing.assert_array_equal(modalities[0], before)
    assert fused.array.shape == (7, 3 + 5 + 2) and fused.array.dtype == np.float32
    np.testing.assert_allclose(fused.array, reference(modalities, masks), atol=1e-6)
    assert fused.missing.tolist() == [r in (0, 6) for r in range(7)]


def test_gaps_are_found_without_masks(modalities):
    modalities[0][2] = np.nan
    modalities[1][4] = 0.0
    fused = fuse(modalities)
    assert fused.array[:, -2].tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert fused.array[:, -1].tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert not fused.missing.any() and np.isfinite(fused.array).all()
    none = np.zeros(7, dtype=bool)
    with pytest.raises(FashionGraphError, match=r"finite numbers .* row 2 of array 0"):
        fuse(modalities, [none, none])


def test_to_a_file(modalities, tmp_path):
    fused = fuse(modalities, out=tmp_path / "fused.npy", dtype="float16")
    assert isinstance(fused.array, np.memmap) and fused.array.dtype == np.float16
    np.testing.assert_array_equal(
        np.load(tmp_path / "fused.npy"), fuse(modalities, dtype="float16").array
    )


def test_one_row_and_no_rows():
    assert fuse([np.ones((4, 3))]).array.shape == (4, 4)
    assert fuse([np.empty((0, 3)), np.empty((0, 2))]).array.shape == (0, 7)


def test_arguments(modalities):
    with pytest.raises(FashionGraphError, match="'features' needs arrays of two dimensions"):
        fuse([])
    with pytest.raises(FashionGraphError, match="'features' needs arrays of two dimensions"):
        fuse([np.ones(3)])
    for arrays, masks in (
        ([modalities[0], modalities[1][:5]], None),
        (modalities, [np.zeros(7, dtype=bool)]),
        (modalities, [np.zeros(6, dtype=bool), None]),
    ):
        with pytest.raises(FashionGraphError, match="one row per item and one mask per array"):
            fuse(arrays, masks)
    modalities[1][3, 0] = np.inf
    with pytest.raises(FashionGraphError, match="finite numbers"):
        fuse(modalities)
