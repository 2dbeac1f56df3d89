"""Every kind of bad features: the error they get, and what is left when read leniently."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.errors import DataError

UNREADABLE = "features need to be a readable .npy array"
ARRAYS = {
    "too few rows": (lambda x: x[:5], "features need one row per row of items.csv (got 5 for 6)"),
    "too many rows": (
        lambda x: np.vstack([x, x]),
        "features need one row per row of items.csv (got 12 for 6)",
    ),
    "whole numbers": (
        lambda x: x.astype(np.int32),
        "features need to be float16, float32, float64 (got int32)",
    ),
    "complex numbers": (
        lambda x: x.astype(np.complex64),
        "features need to be float16, float32, float64 (got complex64)",
    ),
    "foreign byte order": (
        lambda x: x.astype(">f4"),
        "features need to be float16, float32, float64 (got >f4)",
    ),
    "Python objects": (lambda x: x.astype(object), UNREADABLE),
    "one dimension": (lambda x: x[:, 0], "features need the shape [items, width] (got (6,))"),
    "three dimensions": (
        lambda x: x[:, :, None],
        "features need the shape [items, width] (got (6, 3, 1))",
    ),
}
FILES = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[:-9],
    "no header": lambda content: content[128:],
    "text": lambda content: b"0.5,0.25\n" * 6,
}


def refused(folder, features="features.npy"):
    """The error, the same strictly and leniently: no dropped row can mend the file."""
    rules = []
    for lenient in (False, True):
        with pytest.raises(DataError) as error:
            OutfitTables(folder, features, lenient=lenient)
        assert error.value.file == folder / "features.npy"
        rules.append(error.value.rule)
    assert rules[0] == rules[1]
    return rules[0]


@pytest.mark.parametrize(("change", "rule"), ARRAYS.values(), ids=ARRAYS.keys())
def test_arrays_that_do_not_fit(folder, change, rule):
    features = np.load(folder / "features.npy")
    np.save(folder / "features.npy", change(features), allow_pickle=True)
    assert refused(folder).startswith(rule)


@pytest.mark.parametrize("change", FILES.values(), ids=FILES.keys())
def test_files_that_are_no_array(folder, change):
    content = (folder / "features.npy").read_bytes()
    (folder / "features.npy").write_bytes(change(content))
    assert refused(folder).startswith(UNREADABLE)


def test_no_columns(folder):
    np.save(folder / "features.npy", np.ones((6, 0), np.float32))
    assert refused(folder).startswith("features need ")


def test_no_file(folder):
    (folder / "features.npy").unlink()
    assert refused(folder) == "OutfitTables needs this file, it is missing"


def test_the_second_of_two_files(folder):
    np.save(folder / "image.npy", np.ones((6, 2), np.float32))
    np.save(folder / "features.npy", np.ones((7, 2), np.float32))
    assert "(got 7 for 6)" in refused(folder, ["image.npy", "features.npy"])


@pytest.mark.parametrize("value", [1e300, 1e20])
def test_float64_values_beyond_float32(folder, value):
    features = np.load(folder / "features.npy").astype(np.float64)
    features[2, 1] = value  # a sentinel; of the second, the square overflows
    np.save(folder / "features.npy", features)
    with pytest.raises(DataError, match=rf"row 2: .*got {re.escape(str(value))} in column 1"):
        OutfitTables(folder, "features.npy")
    assert len(OutfitTables(folder, "features.npy", lenient=True).items) == 5


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(folder, value):
    features = np.load(folder / "features.npy")
    features[2, 1] = value
    np.save(folder / "features.npy", features)
    with pytest.raises(DataError, match=rf"row 2: .*finite .*got {value} in column 1 for item 'c'"):
        OutfitTables(folder, "features.npy")
    dataset = OutfitTables(folder, "features.npy", lenient=True)
    assert dataset.items.ids.tolist() == ["007", "b", "d", "e", "f"]
    assert dataset.items.features[:, 0].tolist() == [0, 3, 9, 12, 15]
    assert dataset.outfits.sizes.tolist() == [2, 2, 2]
    file = [str(folder / name) for name in ("features.npy", "outfits.csv")]
    assert dataset.report[["file", "row"]].to_numpy().tolist() == [[file[0], 2], [file[1], 4]]
    assert dataset.report["rule"].tolist()[1] == "item 'c' was dropped from items.csv"
