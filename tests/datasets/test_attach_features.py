from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.data import FeatureSource
from fashiongraph.datasets import SyntheticOutfits, attach_features
from fashiongraph.datasets.io.feature_card import features_with_card
from fashiongraph.errors import DataError
from fashiongraph.features import fuse

SOURCE = FeatureSource("turned.npy", 3, "resnet18", "1f0c")


@pytest.fixture
def bare():
    return SyntheticOutfits(num_items=100, num_outfits=60)


def test_files_are_fused(bare, tmp_path):
    a, b = np.random.default_rng(0).random((2, 100, 3)).astype(np.float16)
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    assert attach_features(bare, []).num_features == 0
    assert attach_features(bare, [tmp_path / "a.npy"]).num_features == 3
    both = attach_features(bare, [tmp_path / "a.npy", tmp_path / "b.npy"])
    assert np.array_equal(both.items.features.numpy(), fuse([a, b]).array)
    assert both.split(seed=0)[0].items.num_features == 8
    assert [source.num_features for source in both.items.feature_sources] == [3, 3]
    assert both.items.frequency is not None


def test_refuses_features_that_do_not_fit(bare, tmp_path):
    np.save(tmp_path / "few.npy", np.ones((99, 3), np.float32))
    with pytest.raises(DataError, match=r"few\.npy: .* 100 \(got 99\)"):
        attach_features(bare, [tmp_path / "few.npy"])
    rows = np.ones((100, 3), np.float32)
    turned = bare.items.ids.to_numpy()[::-1]
    with features_with_card(tmp_path / "turned.npy", turned, SOURCE) as draft:
        np.save(draft, rows)
    with pytest.raises(DataError, match=r"turned\.npy: .* other items"):
        attach_features(bare, [tmp_path / "turned.npy"])
    rows[7, 1] = np.inf
    np.save(tmp_path / "broken.npy", rows)
    with pytest.raises(DataError, match=r"broken\.npy: .*finite .*\(row 7"):
        attach_features(bare, [tmp_path / "broken.npy"])
