from __future__ import annotations

import hashlib
import pickle

import numpy as np
import torch

from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.picture_batches import CachedKeys, PictureBatches


def test_cached_keys():
    keys = [hashlib.sha256(bytes([i])).digest() for i in range(200)]
    keys += [b"\0" * 32, b"\xff" * 31 + b"\0", b"\0" * 31 + b"\xff"]  # ends that NumPy would drop
    cached = CachedKeys(keys[::2])
    assert len(cached) == 102
    found = cached.get(keys)
    assert list(found) == keys[::2]
    assert all(isinstance(row, np.ndarray) and row.size == 0 for row in found.values())


def test_cached_keys_without_keys():
    assert CachedKeys([]).get([b"a" * 32]) == {}
    assert CachedKeys([b"a" * 32]).get([]) == {}


def test_batches(tmp_path, pictures, colour_encoder):
    pictures[1].write_bytes(b"broken")
    pictures[4].unlink()
    paths = [*pictures[:5], pictures[0], pictures[1]]
    digests = {p: hashlib.sha256(p.read_bytes()).digest() for p in paths if p.exists()}
    cache = FeatureCache(tmp_path, "print", "float32")
    cache.put([digests[pictures[2]]], np.ones((1, 4)))
    batches = PictureBatches(paths, colour_encoder().transform, 6, cache)
    assert len(batches) == 2 and len(batches.paths) == 7

    first = pickle.loads(pickle.dumps(batches))[0]  # as a worker process has it
    assert first.start == 0 and len(first.keys) == 6
    assert first.keys[0] == first.keys[5] == digests[pictures[0]] and first.keys[4] == b""
    assert first.fresh == [digests[pictures[0]], digests[pictures[3]]]
    assert first.pixels.shape == (2, 3, 8, 8)
    torch.testing.assert_close(first.pixels[0, 1], torch.ones(8, 8))  # its green is 255
    assert list(first.rows) == [digests[pictures[2]]]
    assert first.problems.keys() == {1, 4}

    last = batches[1]
    assert last.start == 6 and last.pixels.numel() == 0 and last.problems.keys() == {0}


def test_names_beyond_ascii(tmp_path, pictures, colour_encoder):
    path = tmp_path / "真丝 衬衫.png"
    pictures[0].rename(path)
    batches = PictureBatches([path, str(pictures[1])], colour_encoder().transform, 2)
    assert batches[0].problems == {} and len(batches[0].fresh) == 2
