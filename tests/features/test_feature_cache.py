from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from fashiongraph.errors import DataError
from fashiongraph.features.feature_cache import FeatureCache


def put_twenty(cache: FeatureCache, first: int) -> None:
    for i in range(first, first + 20):
        cache.put([str(i).encode()], np.full((1, 3), i, dtype=np.float16))


def test_round_trip(tmp_path):
    cache = FeatureCache(tmp_path / "cache", "print", "float16")
    assert repr(cache).endswith("print-float16.sqlite')")
    assert cache.get([b"a"]) == {} and len(cache) == 0
    rows = np.array([[1.0, 2.0], [3.0, 4.0]])
    cache.put([b"a", b"b"], rows)
    again = FeatureCache(tmp_path / "cache", "print", "float16").get([b"b", b"c", b"a"])
    assert list(again) == [b"b", b"a"]
    np.testing.assert_array_equal(again[b"a"], rows[0].astype(np.float16))
    assert again[b"a"].dtype == np.float16


def test_a_row_stays(tmp_path):
    cache = FeatureCache(tmp_path, "print", "float32")
    cache.put([b"a", b"a"], np.array([[1.0], [2.0]]))
    cache.put([b"a"], np.array([[3.0]]))
    assert len(cache) == 1 and cache.get([b"a"])[b"a"].tolist() == [1.0]


def test_encoders_and_types_do_not_mix(tmp_path):
    FeatureCache(tmp_path, "one", "float16").put([b"a"], np.ones((1, 2)))
    assert FeatureCache(tmp_path, "two", "float16").get([b"a"]) == {}
    assert FeatureCache(tmp_path, "one", "float32").get([b"a"]) == {}


def test_two_processes_write_at_once(tmp_path):
    cache = FeatureCache(tmp_path, "print", "float16")
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=put_twenty, args=(cache, 10 * i)) for i in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0] and len(cache) == 30


def test_a_damaged_file_is_named(tmp_path):
    cache = FeatureCache(tmp_path, "print", "float16")
    cache.path.write_bytes(b"no database at all, " * 100)
    with pytest.raises(DataError, match=r"float16\.sqlite: .*; delete it"):
        cache.get([b"a"])


def test_the_error_of_a_cache_in_use(tmp_path, monkeypatch):
    cache = FeatureCache(tmp_path, "print", "float16")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, timeout: connect(path, timeout=0.0))
    with closing(connect(cache.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match=r"\(.*locked\): another process") as error:
            cache.put([b"a"], np.ones((1, 2)))
    assert "delete" not in str(error.value)


@pytest.mark.parametrize(
    "change", ["row = x'003c003d'", "row = NULL", "sha256 = NULL", "key = x'62'"]
)
def test_a_damaged_row_is_named(tmp_path, change):
    cache = FeatureCache(tmp_path, "print", "float16")
    cache.put([b"a"], np.ones((1, 2)))
    with closing(sqlite3.connect(cache.path)) as db, db:
        db.execute(f"UPDATE rows SET {change}")
    (key,) = cache.keys()
    with pytest.raises(DataError, match=r"sqlite: holds a row that differs .*; delete it"):
        cache.get([key])
