from __future__ import annotations

import pandas as pd
import pytest

from fashiongraph.datasets.io.read_outfits import read_outfits
from fashiongraph.errors import DataError


def write(tmp_path, text):
    file = tmp_path / "outfits.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_single_and_repeated_items_are_read(wardrobe, tmp_path):
    file = write(
        tmp_path,
        "outfit_id,item_id,position\n01,item3,2\n01,item1,1\nx,item5,1\nx,item5,2\ny,item0,1\n",
    )
    outfits = read_outfits(file, wardrobe.items)
    assert outfits.ids.tolist() == ["01", "x", "y"]
    assert outfits.item_id.tolist() == [1, 3, 5, 5, 0]
    pd.read_csv(file, dtype=str).to_parquet(tmp_path / "outfits.parquet")
    again = read_outfits(tmp_path / "outfits.parquet", wardrobe.items)
    assert again.item_id.tolist() == outfits.item_id.tolist()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outfit_id,item_id\na,item0\na,item99\n", r"row 3: 'item_id' needs a known item .*item99"),
        ("outfit_id,item_id\n,item0\n", r"row 2: 'outfit_id' needs a value"),
        ("outfit_id,item_id\na,\n", r"row 2: 'item_id' needs a value"),
        ("outfit_id,item_id,position\na,item0,first\n", r"row 2: 'position' needs a finite"),
        ("outfit_id,item_id,position\na,item0,1\na,item1,inf\n", r"row 3: .* number \(got inf\)"),
        ("outfit_id,item_id,position\na,item0,1\na,item1,\n", r"row 3: .* number \(got None\)"),
        ("outfit_id\na\n", "item_id"),
        ("", "outfits.csv"),
    ],
)
def test_refuses_bad_tables(wardrobe, tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_outfits(write(tmp_path, text), wardrobe.items)


def test_refuses_a_missing_file(wardrobe, tmp_path):
    with pytest.raises(DataError, match=r"none\.csv"):
        read_outfits(tmp_path / "none.csv", wardrobe.items)
