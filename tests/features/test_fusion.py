from __future__ import annotations

import math

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features import fusion
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
def parts():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(7, 3)) * 100, rng.normal(size=(7, 5)).astype(np.float16)]


@pytest.mark.parametrize("rows_at_a_time", [2, 100])
def test_against_a_loop(parts, rows_at_a_time, monkeypatch):
    monkeypatch.setattr(fusion, "_ROWS", rows_at_a_time)
    masks = [np.arange(7) % 3 == 0, np.arange(7) % 2 == 0]
    parts[0][0] = np.nan  # what a missing row holds does not matter
    before = parts[0].copy()
    fused = fuse(parts, masks)
    np.testing.assert_array_equal(parts[0], before)
    assert fused.array.shape == (7, 3 + 5 + 2) and fused.array.dtype == np.float32
    np.testing.assert_allclose(fused.array, reference(parts, masks), atol=1e-6)
    assert fused.missing.tolist() == [r in (0, 6) for r in range(7)]


def test_gaps_are_found_without_masks(parts):
    parts[0][2] = np.nan
    parts[1][4] = 0.0
    fused = fuse(parts)
    assert fused.array[:, -2].tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert fused.array[:, -1].tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert not fused.missing.any() and np.isfinite(fused.array).all()
    none = np.zeros(7, dtype=bool)
    with pytest.raises(FashionGraphError, match=r"finite numbers .* row 2 of array 0"):
        fuse(parts, [none, none])


def test_to_a_file(parts, tmp_path):
    fused = fuse(parts, out=tmp_path / "fused.npy", dtype="float16")
    assert isinstance(fused.array, np.memmap) and fused.array.dtype == np.float16
    np.testing.assert_array_equal(
        np.load(tmp_path / "fused.npy"), fuse(parts, dtype="float16").array
    )


def test_one_row_and_no_rows():
    assert fuse([np.ones((4, 3))]).array.shape == (4, 4)
    assert fuse([np.empty((0, 3)), np.empty((0, 2))]).array.shape == (0, 7)


def test_arguments(parts):
    with pytest.raises(FashionGraphError, match="'features' needs arrays of two dimensions"):
        fuse([])
    with pytest.raises(FashionGraphError, match="'features' needs arrays of two dimensions"):
        fuse([np.ones(3)])
    for arrays, masks in (
        ([parts[0], parts[1][:5]], None),
        (parts, [np.zeros(7, dtype=bool)]),
        (parts, [np.zeros(6, dtype=bool), None]),
    ):
        with pytest.raises(FashionGraphError, match="one row per item and one mask per array"):
            fuse(arrays, masks)
    parts[1][3, 0] = np.inf
    with pytest.raises(FashionGraphError, match="finite numbers"):
        fuse(parts)
