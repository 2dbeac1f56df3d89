from __future__ import annotations

import json

import pandas as pd
import pytest

from fashiongraph.datasets.polyvore_outfits import (
    read_fine_categories,
    read_item_metadata,
    read_outfit_titles,
    read_outfits,
)
from fashiongraph.errors import DataError


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_outfits(tmp_path):
    outfits = [
        {"set_id": "7", "items": [{"item_id": "x", "index": 1}, {"item_id": "y", "index": 3}]},
        {"set_id": "8", "items": [{"item_id": "x", "index": 1}]},
    ]
    records = read_outfits(write(tmp_path / "train.json", outfits))
    assert records.outfits["set_id"].tolist() == ["7", "8"]
    assert records.rows["outfit"].tolist() == [0, 0, 1]
    assert records.rows["name"].tolist() == ["7_1", "7_3", "8_1"]
    assert records.rows["item"].tolist() == ["x", "y", "x"]
    outfits[0]["items"][1]["index"] = 1
    with pytest.raises(DataError, match="'index' needs to be unique"):
        read_outfits(write(tmp_path / "train.json", outfits))


def test_item_metadata(tmp_path):
    entry = {"semantic_category": "tops", "category_id": "11", "url_name": "a top", "related": []}
    entries = {
        "x": {**entry, "title": "", "catgeories": ["Tops"]},
        "y": {**entry, "title": "Blüse", "description": "white", "semantic_category": "bags "},
    }
    path = write(tmp_path / "polyvore_item_metadata.json", entries)
    table = read_item_metadata(path, pd.Index(["y", "x", "y"]))
    assert table["semantic_category"].tolist() == ["bags", "tops", "bags"]
    assert table["category_id"].tolist() == ["11"] * 3
    assert table["title"].tolist() == ["Blüse", "a top", "Blüse"]
    assert table["description"].tolist() == ["white", "", "white"]
    with pytest.raises(DataError, match="needs an entry for the item 'z'"):
        read_item_metadata(path, pd.Index(["x", "z"]))
    with pytest.raises(DataError, match="record 2 needs"):
        read_item_metadata(write(path, {"x": entries["x"], "y": {}}), pd.Index(["x"]))


def test_outfit_titles(tmp_path):
    entries = {"7": {"title": "Sunday", "url_name": "sunday"}, "8": {"url_name": "monday"}}
    path = write(tmp_path / "polyvore_outfit_titles.json", entries)
    titles = read_outfit_titles(path, pd.Series(["8", "9", "7"]))
    assert titles.tolist() == ["monday", "", "Sunday"]
    assert read_outfit_titles(write(path, {}), pd.Series(["8"])).tolist() == [""]


def test_fine_categories(tmp_path):
    path = tmp_path / "categories.csv"
    path.write_text("2,undefined,\r\n11,sweater,tops\r\n11,top,tops\r\n11,top,tops \r\n")
    assert read_fine_categories(path) == {"2": "undefined (2)", "11": "sweater, top (11)"}
    for content in ("2,undefined\n", "a,b,c\n1,2,3,4\n", ""):
        path.write_text(content)
        with pytest.raises(DataError, match="needs to hold rows of three fields"):
            read_fine_categories(path)


def test_fine_categories_as_published(data_root):
    names = read_fine_categories(data_root("polyvore_outfits") / "categories.csv")
    assert len(names) == 159
    assert names["11"] == "sweater, sleeveless top, shirt, top (11)"
