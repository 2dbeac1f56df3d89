from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import torch

from fashiongraph.datasets.processed import read_processed, write_processed


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
