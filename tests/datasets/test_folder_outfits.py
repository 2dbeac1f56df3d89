from __future__ import annotations

import pytest
from PIL import Image

from fashiongraph.datasets import PUBLIC_SETS
from fashiongraph.datasets.folder_outfits import FolderOutfits
from fashiongraph.errors import DataError
from fashiongraph.features.pictures import read_picture

FILES = ["b-2/top.jpg", "b-2/ring_2.PNG", "b-2/ring_1.jpg", "a/long_coat.webp", "a/shoes_03.jpeg"]


@pytest.fixture
def root(tmp_path):
    for number, name in enumerate(FILES):
        path = tmp_path / "raw" / "outfits" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2), (number, 0, 0)).save(path, lossless=True)
    (tmp_path / "raw" / "outfits" / "a" / "notes.txt").write_text("not a picture")
    (tmp_path / "raw" / "outfits" / "empty").mkdir()
    return tmp_path


def test_folders(root):
    dataset = FolderOutfits(root)
    assert str(dataset) == "FolderOutfits(2 outfits, 5 items, 4 categories, 0 features)"
    assert dataset.outfits.ids.tolist() == ["a", "b-2"]
    assert dataset.outfits.ptr.tolist() == [0, 2, 5]
    assert dataset.items.ids.tolist() == sorted(FILES)
    names = [dataset.categories[code] for code in dataset.items.category_id]
    assert names == ["long_coat", "shoes", "ring", "ring", "top"]
    images = dataset.items.columns["image"]
    assert images[0] == "raw/outfits/a/long_coat.webp"
    assert read_picture(root / images[0]).getpixel((0, 0)) == (3, 0, 0)
    assert "split" not in dataset.outfit_columns


def test_columns_of_outfits(root):
    (root / "raw" / "outfits.csv").write_text("outfit_id,split,likes\nb-2,test,7\n")
    dataset = FolderOutfits(root)
    assert dataset.outfit_columns["split"].fillna("").tolist() == ["", "test"]
    assert dataset.outfit_columns["likes"].fillna(0).tolist() == [0, 7]
    assert dataset.official_split()["test"].ids.tolist() == ["b-2"]


@pytest.mark.parametrize("rows", ["a,test\nc,test\n", "a,test\na,train\n"])
def test_bad_columns(root, rows):
    (root / "raw" / "outfits.csv").write_text(f"outfit_id,split\n{rows}")
    with pytest.raises(DataError, match=r"outfits\.csv, row 3: 'outfit_id'"):
        FolderOutfits(root)


def test_missing_folders(tmp_path):
    with pytest.raises(DataError, match="it is missing"):
        FolderOutfits(tmp_path)
    (tmp_path / "outfits" / "a").mkdir(parents=True)
    with pytest.raises(DataError, match="outfits: needs a folder per outfit"):
        FolderOutfits(tmp_path)


def test_names_of_the_command(root):
    for name in ("chictopia", "wearnet", "fashionbeans"):
        assert len(PUBLIC_SETS[name](root)) == 2
