from __future__ import annotations

import gzip
from functools import partial

import numpy as np
import pytest

from fashiongraph.datasets.io.json_vectors import write_json_vectors
from fashiongraph.errors import DataError

# Without the time in its header, so that every process names the tests alike.
packed = partial(gzip.compress, mtime=0)


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{number}.json.gz" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(packed(b"[%d, 0.5, -1e1]" % number))
    return paths


def test_rows_follow_the_files(files, tmp_path):
    write_json_vectors(reversed(files), 3, tmp_path / "rows.npy")
    rows = np.load(tmp_path / "rows.npy")
    assert rows.dtype == np.float16
    assert rows.tolist() == [[2, 0.5, -10], [1, 0.5, -10], [0, 0.5, -10]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "this file of features is needed, it is missing"),
        (b"[1, 2, 3]", "needs to be a gzipped list"),
        (packed(b"[1, 2, 3]")[:-9], "needs to be a gzipped list"),
        (packed(b"[1, 2"), "needs to be a gzipped list"),
        (packed(b"[1, [2], 3]"), "needs to be a gzipped list"),
        (packed(b'[1, "a", 3]'), "needs to be a gzipped list"),
        (packed(b"[1, null, 3]"), "list of finite numbers"),
        (packed(b'{"a": 1}'), "needs to be a gzipped list"),
        (packed(b"[1, 1e5, 3]"), "list of finite numbers of half precision"),
        (packed(b"[1, " + b"9" * 400 + b", 3]"), "needs to be a"),
        (packed(b"[1, NaN, 3]"), "list of finite numbers"),
        (packed(b"[]"), "list of finite numbers"),
        (packed(b"5"), "list of finite numbers"),
        (packed(b"[1, 2]"), r"needs 3 numbers, as others \(has 2\)"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_the_broken_file_is_named(files, tmp_path, content, message):
    files[1].unlink()
    if content is not None:
        files[1].write_bytes(content)
    with pytest.raises(DataError, match=rf"1\.json\.gz: .*{message}"):
        write_json_vectors(files, 3, tmp_path / "rows.npy")


@pytest.mark.parametrize("text", [b"[" + b" " * (1 << 25) + b"1]", b"[" * 100_000])
def test_texts_without_end_and_nesting_without_end(tmp_path, text):
    (tmp_path / "1.json.gz").write_bytes(gzip.compress(text, 1))
    with pytest.raises(DataError, match=r"1\.json\.gz"):
        write_json_vectors([tmp_path / "1.json.gz"], 1, tmp_path / "features.npy")
