from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.datasets.io.processed import (
    FEATURES_FILE,
    PROCESSED_FILES,
    read_processed,
    write_processed,
)
from fashiongraph.errors import DataError


def test_files_have_the_mode_of_the_umask(tmp_path, wardrobe):
    before = os.umask(0o022)
    try:
        write_processed(tmp_path, wardrobe)
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o644}


@pytest.mark.parametrize("features", ["none", "float16"])
def test_round_trip(tmp_path, wardrobe, features):
    items = replace(
        wardrobe.items,
        features=None if features == "none" else wardrobe.items.features.half(),
        columns=pd.DataFrame({"price": range(40), "title": ["ü", None] * 20}),
        category_id=wardrobe.items.category_id - 1,  # -1 is unknown
        categories=["z", *wardrobe.items.categories],
    )
    outfits = wardrobe.with_items(items)
    columns = pd.DataFrame({"split": ["train", "test"] * 30})
    write_processed(tmp_path, outfits, columns)
    found, found_columns = read_processed(tmp_path)
    assert found.ptr.equal(outfits.ptr)
    assert found.item_id.equal(outfits.item_id)
    assert found.ids.equals(outfits.ids)
    pd.testing.assert_frame_equal(found_columns, columns)
    assert found.items.ids.equals(items.ids)
    assert found.items.categories == items.categories
    assert found.items.category_id.equal(items.category_id)
    pd.testing.assert_frame_equal(found.items.columns, items.columns)
    if features == "none":
        assert found.items.features is None
    else:
        assert found.items.features.dtype == torch.float16
        assert found.items.features.equal(items.features)


def test_no_outfits(tmp_path, wardrobe):
    write_processed(tmp_path, wardrobe.select([]))
    found, columns = read_processed(tmp_path)
    assert len(found) == len(columns) == 0
    assert len(found.items) == 40


@pytest.mark.parametrize("name", [*PROCESSED_FILES, FEATURES_FILE])
@pytest.mark.parametrize("content", [None, b"", b"no such format"])
def test_damaged_files_are_named(tmp_path, wardrobe, name, content):
    write_processed(tmp_path, wardrobe)
    size = (tmp_path / name).stat().st_size
    if content is None:
        with (tmp_path / name).open("r+b") as file:
            file.truncate(size - 9)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read .*force_reload=True") as error:
        read_processed(tmp_path)
    assert error.value.file == tmp_path / name


def test_files_that_do_not_fit_each_other(tmp_path, wardrobe):
    write_processed(tmp_path, wardrobe)
    np.save(tmp_path / FEATURES_FILE, np.ones((3, 8), np.float32))
    with pytest.raises(DataError, match=r"'features'.*force_reload=True"):
        read_processed(tmp_path)
    write_processed(tmp_path, wardrobe)
    (tmp_path / PROCESSED_FILES[0]).write_bytes((tmp_path / PROCESSED_FILES[1]).read_bytes())
    with pytest.raises(DataError, match=r"items\.parquet: .*'item_id'"):
        read_processed(tmp_path)
