from __future__ import annotations

import hashlib

import numpy as np

from fashiongraph.features.known_pictures import KnownPictures


def test_finds_the_keys_it_was_given():
    keys = [hashlib.sha256(bytes([i])).digest() for i in range(200)]
    keys += [b"\0" * 32, b"\xff" * 31 + b"\0", b"\0" * 31 + b"\xff"]  # ends that NumPy would drop
    known = KnownPictures(keys[::2])
    assert len(known) == 102
    found = known.get(keys)
    assert list(found) == keys[::2]
    assert all(isinstance(row, np.ndarray) and row.size == 0 for row in found.values())


def test_nothing_known_and_nothing_asked():
    assert KnownPictures([]).get([b"a" * 32]) == {}
    assert KnownPictures([b"a" * 32]).get([]) == {}
