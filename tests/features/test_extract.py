from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.extract import extract_features
from fashiongraph.features.feature_cache import FeatureCache

QUIET = {"progress": False, "num_workers": 0, "batch_size": 3}


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize("to_file", [False, True])
def test_rows_follow_paths(tmp_path, pictures, colour_encoder, expected_row, num_workers, to_file):
    paths = [pictures[i] for i in (3, 0, 10, 3, 7)]  # out of order and with a repeat
    out = tmp_path / "features.npy" if to_file else None
    options = {**QUIET, "num_workers": num_workers, "dtype": "float32", "out": out}
    features = extract_features(paths, colour_encoder(), **options)
    expected = np.stack([expected_row(path) for path in paths])
    np.testing.assert_allclose(features.array, expected, rtol=1e-5)
    assert not features.missing.any() and features.problems == {}
    assert repr(features) == "Features(5 rows of 4 float32, 0 missing)"
    assert isinstance(features.array, np.memmap) == to_file
    if to_file:
        np.testing.assert_array_equal(np.load(out), features.array)
        assert not list(tmp_path.glob("*.partial"))


def test_a_second_run_encodes_nothing(tmp_path, pictures, colour_encoder):
    encoder = colour_encoder()
    first = extract_features(pictures, encoder, tmp_path / "cache", **QUIET)
    assert encoder.encoded == 11 and first.array.dtype == np.float16
    again = extract_features(pictures[::-1], encoder, tmp_path / "cache", **QUIET)
    assert encoder.encoded == 11
    np.testing.assert_array_equal(again.array, first.array[::-1])


def test_equal_content_is_encoded_once(tmp_path, pictures, colour_encoder, expected_row):
    encoder = colour_encoder()
    extract_features(pictures, encoder, tmp_path / "cache", **QUIET)
    moved = tmp_path / "elsewhere.png"
    shutil.move(pictures[4], moved)
    Image.new("RGB", (8, 8), (1, 2, 3)).save(pictures[4])
    paths = [*pictures, moved, pictures[4]]
    features = extract_features(paths, encoder, tmp_path / "cache", **QUIET)
    assert encoder.encoded == 12  # the changed one, once, though it occurs in two batches
    np.testing.assert_allclose(features.array[4], expected_row(pictures[4]), rtol=1e-3)
    np.testing.assert_array_equal(features.array[4], features.array[12])


def test_another_encoder_does_not_read_the_rows(tmp_path, pictures, colour_encoder):
    extract_features(pictures, colour_encoder(), tmp_path, **QUIET)
    other = colour_encoder()
    torch.nn.init.ones_(other.weight)
    extract_features(pictures, other, tmp_path, **QUIET)
    assert other.encoded == 11


def test_an_interrupted_run_goes_on(tmp_path, pictures, colour_encoder):
    out = tmp_path / "features.npy"
    with pytest.raises(KeyboardInterrupt):
        extract_features(pictures, colour_encoder(6), tmp_path / "cache", out, **QUIET)
    assert not out.exists() and not list(tmp_path.glob(".features*"))
    encoder = colour_encoder()
    features = extract_features(pictures, encoder, tmp_path / "cache", out, **QUIET)
    assert encoder.encoded == 5
    expected = extract_features(pictures, colour_encoder(), **QUIET)
    np.testing.assert_array_equal(features.array, expected.array)


@pytest.mark.slow
def test_a_killed_run_goes_on(tmp_path, pictures, colour_encoder):
    script = f"""
import os, pathlib, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import ColourEncoder
from fashiongraph.features.extract import extract_features
class Killed(ColourEncoder):
    def forward(self, pixels):
        if self.encoded >= 6:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(pixels)
Killed.__name__ = "ColourEncoder"  # the same encoder, as far as features go
paths = sorted(pathlib.Path({str(pictures[0].parent)!r}).iterdir())
extract_features(paths, Killed(), {str(tmp_path / "cache")!r}, num_workers=0, batch_size=3)
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    encoder = colour_encoder()
    features = extract_features(pictures, encoder, tmp_path / "cache", **QUIET)
    assert encoder.encoded == 5
    expected = extract_features(pictures, colour_encoder(), **QUIET)
    np.testing.assert_array_equal(features.array, expected.array)


def test_all_broken_pictures_are_named(tmp_path, pictures, colour_encoder):
    pictures[2].write_bytes(b"not a picture")
    pictures[5].unlink()
    encoder = colour_encoder()
    with pytest.raises(DataError, match="2 pictures cannot be encoded") as caught:
        extract_features(pictures, encoder, tmp_path / "cache", tmp_path / "out.npy", **QUIET)
    assert f"{pictures[2]}: broken picture (no known format)" in str(caught.value)
    assert f"{pictures[5]}: cannot be read (No such file or directory)" in str(caught.value)
    assert not (tmp_path / "out.npy").exists()
    assert encoder.encoded == 9  # the others are kept

    features = extract_features(
        pictures, encoder, tmp_path / "cache", tmp_path / "out.npy", skip_broken=True, **QUIET
    )
    assert encoder.encoded == 9
    assert np.flatnonzero(features.missing).tolist() == [2, 5]
    assert np.isnan(features.array).all(axis=1).tolist() == features.missing.tolist()
    assert list(features.problems) == [str(pictures[2]), str(pictures[5])]


def test_paths_may_be_read_once(pictures, colour_encoder):
    listed = extract_features(pictures, colour_encoder(), **QUIET)
    once = extract_features((path for path in pictures), colour_encoder(), **QUIET)
    np.testing.assert_array_equal(once.array, listed.array)


@pytest.mark.parametrize(("row", "count"), [(np.ones((1, 1)), 1), (np.ones((1, 7)), 7)])
def test_a_cached_row_of_another_length_is_refused(tmp_path, pictures, colour_encoder, row, count):
    encoder = colour_encoder()
    cache = FeatureCache(tmp_path, encoder.fingerprint, "float16")
    cache.put([hashlib.sha256(pictures[4].read_bytes()).digest()], row)
    with pytest.raises(DataError, match=rf"sqlite: .* {count} values \(needs 4\)"):
        extract_features(pictures, encoder, tmp_path, **QUIET)


def test_num_features_needs_to_match(pictures, colour_encoder):
    encoder = colour_encoder()
    encoder.num_features = 1
    with pytest.raises(FashionGraphError, match=r"'num_features' = 1 .* \[4\]"):
        extract_features(pictures, encoder, **QUIET)


def test_no_pictures(tmp_path, colour_encoder):
    assert extract_features([], colour_encoder(), **QUIET).array.shape == (0, 4)
    extract_features([], colour_encoder(), tmp_path, tmp_path / "out.npy", **QUIET)
    assert np.load(tmp_path / "out.npy").shape == (0, 4)


def test_progress_goes_to_standard_error(pictures, colour_encoder, capsys):
    extract_features(pictures, colour_encoder(), num_workers=0)
    captured = capsys.readouterr()
    assert captured.out == "" and "11/11" in captured.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, r"'batch_size' needs to be a positive integer \(got 0\)"),
        ({"num_workers": -1}, r"'num_workers' needs to be 0 or more \(got -1\)"),
        ({"dtype": "int8"}, r"'dtype' needs to be a float type \(got int8\)"),
    ],
)
def test_arguments(pictures, colour_encoder, options, message):
    with pytest.raises(FashionGraphError, match=message):
        extract_features(pictures, colour_encoder(), **(QUIET | options))
    with pytest.raises(FashionGraphError, match="'paths' needs a list of files"):
        extract_features(pictures[0], colour_encoder())
    with pytest.raises(FashionGraphError, match=r"'paths' needs names of files \(got nan\)"):
        extract_features([*pictures, float("nan")], colour_encoder())


def test_a_type_too_narrow(pictures, colour_encoder):
    encoder = colour_encoder()
    encoder.weight.mul_(1e5)
    with pytest.raises(FashionGraphError, match=r"'dtype' .*float16"):
        extract_features(pictures, encoder, **QUIET)
