from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.datasets.io import feature_file
from fashiongraph.datasets.io.feature_file import nonfinite_rows, open_features
from fashiongraph.errors import DataError


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("rows_at_once", [1, 7, 1000])
def test_nonfinite_rows_against_a_loop(monkeypatch, dtype, rows_at_once):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((100, 3)).astype(dtype)
    features[rng.integers(100, size=20), rng.integers(3, size=20)] = np.nan
    features[99, 2] = -np.inf
    monkeypatch.setattr(feature_file, "CHUNK_BYTES", rows_at_once * 3 * features.itemsize)
    expected = [i for i, row in enumerate(features) if not all(np.isfinite(v) for v in row)]
    assert nonfinite_rows(features).tolist() == expected
    assert nonfinite_rows(features[:0]).tolist() == []


def test_open_features_maps_the_file(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((4, 2), np.float16))
    features = open_features(tmp_path / "x.npy")
    assert isinstance(features, np.memmap)
    assert features.dtype == np.float16
    with pytest.raises(DataError, match=r"none\.npy: .*readable \.npy"):
        open_features(tmp_path / "none.npy")
    np.savez(tmp_path / "x.npz", np.ones((4, 2)))
    with pytest.raises(DataError, match="features need to be a readable"):
        open_features(tmp_path / "x.npz")
