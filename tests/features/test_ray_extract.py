from __future__ import annotations

import hashlib
import signal
import sys

import numpy as np
import pytest

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.extract import extract_features
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.ray_extract import extract_features_with_ray
from fashiongraph.ray_session import ray_session, session_token

QUIET = {"progress": False, "batch_size": 3}


@pytest.fixture(scope="module", autouse=True)
def signals():
    """Restore the handler that Ray's own sessions and clusters replace."""
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture(scope="module")
def session():
    """An open session of Ray."""
    pytest.importorskip("ray", reason="needs the extra 'ray'")
    with ray_session() as ray:
        yield ray


@pytest.fixture
def encoder(colour_encoder):
    """An encoder of the tests, pickled by value, since other processes cannot import it."""
    ray = pytest.importorskip("ray", reason="needs the extra 'ray'")
    module = sys.modules[colour_encoder.__module__]
    ray.cloudpickle.register_pickle_by_value(module)
    yield colour_encoder()
    ray.cloudpickle.unregister_pickle_by_value(module)


@pytest.mark.slow
def test_the_same_files_as_the_plain_engine(session, tmp_path, pictures, encoder):
    pictures[5].write_bytes(b"not a picture")
    pictures[7].unlink()
    paths = [pictures[i] for i in (3, 0, 10, 3, 5, 7, 1, 2, 4, 6)]  # shuffled, with a repeat
    plain = extract_features(
        paths, encoder, None, tmp_path / "plain.npy", num_workers=0, skip_broken=True, **QUIET
    )
    cache = FeatureCache(tmp_path / "cache", encoder.fingerprint, "float16")
    key = hashlib.sha256(pictures[4].read_bytes()).digest()
    cache.put([key], np.full((1, 4), 7.0))  # the encoder would give other values
    spread = extract_features_with_ray(
        paths, encoder, tmp_path / "cache", tmp_path / "ray.npy", skip_broken=True, **QUIET
    )
    expected = np.array(plain.array)
    expected[8] = 7.0
    np.testing.assert_allclose(spread.array, expected, rtol=1e-3)
    assert isinstance(spread.array, np.memmap) and spread.array.dtype == np.float16
    np.testing.assert_array_equal(spread.missing, plain.missing)
    assert list(spread.problems.items()) == list(plain.problems.items())
    assert len(cache) == 7
    assert session.is_initialized()  # it was open before
    assert {file.name for file in tmp_path.glob("*.npy*")} == {"plain.npy", "ray.npy"}


@pytest.mark.slow
def test_broken_pictures_are_named_and_the_others_kept(session, tmp_path, pictures, encoder):
    pictures[2].write_bytes(b"not a picture")
    out, cache = tmp_path / "out.npy", tmp_path / "cache"
    with pytest.raises(DataError, match="1 pictures cannot be encoded") as caught:
        extract_features_with_ray(pictures, encoder, cache, out, **QUIET)
    assert f"{pictures[2]}: broken picture (no known format)" in str(caught.value)
    assert not out.exists() and not list(tmp_path.glob(".out*"))
    assert len(FeatureCache(cache, encoder.fingerprint, "float16")) == 10


@pytest.mark.slow
def test_no_pictures_and_bad_arguments(session, pictures, encoder):
    assert extract_features_with_ray([], encoder, **QUIET).array.shape == (0, 4)
    for options, message in (
        ({"num_workers": 0}, r"'num_workers' needs to be 1 or more \(got 0\)"),
        ({"batch_size": 0}, r"'batch_size' needs to be a positive integer \(got 0\)"),
        ({"device": "cuda"}, r"'device' needs to be 'cpu', or 'cuda' where the cluster has a GPU"),
    ):
        with pytest.raises(FashionGraphError, match=message):
            extract_features_with_ray(pictures, encoder, **(QUIET | options))


@pytest.mark.slow
def test_a_cluster_by_its_address(tmp_path, pictures, encoder, expected_row, monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_TOKEN", session_token())  # Ray reads it once in a process
    ray = pytest.importorskip("ray", reason="needs the extra 'ray'")
    from ray.cluster_utils import Cluster

    if ray.is_initialized():
        ray.shutdown()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0})
    try:
        cluster.add_node(num_cpus=1, num_gpus=0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        features = extract_features_with_ray(
            pictures, encoder, tmp_path, address=cluster.address, num_workers=2, **QUIET
        )
        assert not ray.is_initialized()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finally:
        cluster.shutdown()
    expected = np.stack([expected_row(path) for path in pictures])
    np.testing.assert_allclose(features.array, expected, rtol=1e-3)


@pytest.mark.slow
def test_an_address_where_nothing_listens(pictures, encoder):
    with pytest.raises(FashionGraphError, match="'address'"):
        extract_features_with_ray(pictures, encoder, address="127.0.0.1:1", **QUIET)


def test_a_missing_extra_is_named(monkeypatch, pictures, colour_encoder):
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it were not installed
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[ray\]'"):
        extract_features_with_ray(pictures, colour_encoder())
