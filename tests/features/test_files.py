from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import checked_dtype, new_array, save_features
from fashiongraph.features.fusion import fuse
from fashiongraph.features.hashed_words import HashedWords


@pytest.mark.parametrize("shape", [(5, 3), (0, 3)])
def test_round_trip(tmp_path, shape):
    array = np.arange(np.prod(shape), dtype=np.float16).reshape(shape)
    save_features(tmp_path / "new" / "features.npy", array)
    read = np.load(tmp_path / "new" / "features.npy", allow_pickle=False)
    assert read.dtype == np.float16
    np.testing.assert_array_equal(read, array)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["features.npy"]


def test_a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "features.npy"
    save_features(path, np.ones((2, 2)))
    with pytest.raises(KeyboardInterrupt), new_array(path, (9, 9), "float32") as rows:
        rows[0] = 5.0
        raise KeyboardInterrupt
    np.testing.assert_array_equal(np.load(path), np.ones((2, 2)))
    assert list(tmp_path.iterdir()) == [path]


def test_in_memory():
    with new_array(None, (2, 3), "float32") as rows:
        assert rows.shape == (2, 3) and rows.dtype == np.float32


@pytest.mark.parametrize("dtype", ["float16", np.float32, np.dtype("float64")])
def test_float_types(dtype):
    assert checked_dtype(dtype) == np.dtype(dtype)


@pytest.mark.parametrize(("dtype", "shown"), [("int8", "int8"), ("flot16", "'flot16'")])
def test_other_types_are_refused_everywhere(dtype, shown):
    for make in (
        lambda: checked_dtype(dtype),
        lambda: fuse([np.ones((2, 3))], dtype=dtype),
        lambda: HashedWords(8)(["a shirt"], dtype),
    ):
        with pytest.raises(
            FashionGraphError, match=rf"'dtype' needs .* float type \(got {shown}\)"
        ):
            make()
