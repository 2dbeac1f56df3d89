from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from fashiongraph.datasets.polyvore.maryland_files import (
    keep_categories,
    ngnn_filter,
    read_category_names,
    read_ngnn,
    read_original,
)
from fashiongraph.datasets.polyvore.records import Records
from fashiongraph.errors import DataError


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def names_of(records):
    """The names of every outfit's items, by its identifier."""
    found = {set_id: [] for set_id in records.outfits["set_id"]}
    for row in records.rows.itertuples():
        found[records.outfits["set_id"][row.outfit]].append(row.name)
    return found


def test_original_file(tmp_path):
    item = {"index": 1, "categoryid": 17, "name": "Blüse", "image": "http://x?tid=5", "price": 3.5}
    outfits = [
        {"set_id": "7", "name": "Sunday", "items": [item, {"index": 4, "categoryid": 2}]},
        {"set_id": "8", "items": [], "likes": 3},
    ]
    records = read_original(write(tmp_path / "train_no_dup.json", outfits))
    assert names_of(records) == {"7": ["7_1", "7_4"], "8": []}
    assert records.outfits["title"].tolist() == ["Sunday", ""]
    assert records.rows["category"].tolist() == [17, 2]
    assert records.rows["title"].tolist() == ["Blüse", ""]
    assert records.rows["image_url"].tolist() == ["http://x?tid=5", ""]


def test_ngnn_file(tmp_path):
    outfits = [
        {"set_id": "7", "items_index": [1, 4], "items_category": [17, 2]},
        {"set_id": "8", "items_index": [2], "items_category": [3]},
    ]
    path = write(tmp_path / "ngnn_train.json", outfits)
    records = read_ngnn(path)
    assert names_of(records) == {"7": ["7_1", "7_4"], "8": ["8_2"]}
    assert records.rows["category"].tolist() == [17, 2, 3]
    outfits[1]["items_category"] = []
    with pytest.raises(DataError, match="record 2 needs as many 'items_index' as 'items_category'"):
        read_ngnn(write(path, outfits))


def random_records(num_outfits=60, num_categories=12):
    rng = np.random.default_rng(0)
    split = np.array(["train", "valid", "test"])[rng.integers(3, size=num_outfits)]
    sizes = rng.integers(0, 14, size=num_outfits)
    outfit = np.repeat(np.arange(num_outfits), sizes)
    rows = pd.DataFrame({"outfit": outfit, "name": [f"item{n}" for n in range(len(outfit))]})
    # Low categories are the frequent ones.
    rows["category"] = (num_categories * rng.random(len(outfit)) ** 2).astype(int)
    set_id = [str(number) for number in range(num_outfits)]
    return Records(pd.DataFrame({"set_id": set_id, "split": split}), rows)


def test_the_filter_equals_a_loop():
    records = random_records()
    outfits = [[] for _ in range(len(records.outfits))]
    for row in records.rows.itertuples():
        outfits[row.outfit].append((row.category, row.name))
    train = [o for o, s in zip(outfits, records.outfits["split"], strict=True) if s == "train"]
    counts = Counter(category for outfit in train for category, _ in outfit)
    expected = {}
    for set_id, outfit in zip(records.outfits["set_id"], outfits, strict=True):
        kept, seen = [], set()
        for category, name in outfit:
            if counts[category] >= 9 and category not in seen and len(kept) < 8:
                kept.append(name)
                seen.add(category)
        if len(kept) >= 3:
            expected[set_id] = kept
    assert 0 < len(expected) < len(outfits)
    assert 0 < sum(count < 9 for count in counts.values()) < len(counts)

    found = ngnn_filter(records, min_count=9)
    assert names_of(found) == expected
    assert found.outfits.index.tolist() == list(range(len(expected)))
    assert found.outfits["split"].tolist() == [
        records.outfits["split"][int(set_id)] for set_id in expected
    ]


def test_the_filter_equals_the_published_one(data_root):
    root = data_root("polyvore_maryland")
    splits = ("train", "valid", "test")
    published = Records.concat({s: read_ngnn(root / f"ngnn_{s}.json") for s in splits})
    folder = root / "original_format_sample"
    sample = Records.concat({s: read_original(folder / f"{s}_no_dup.json") for s in splits})
    kept = names_of(keep_categories(sample, set(published.rows["category"])))
    everything = names_of(published)
    assert len(kept) == 17
    assert kept == {key: everything[key] for key in sample.outfits["set_id"] if key in everything}


def test_category_names(tmp_path):
    file = tmp_path / "category_id.txt"
    file.write_text("2 Clothing\r\n\r\n341 Men's Dress Shirts", encoding="utf-8")
    names = read_category_names(file)
    assert names.to_dict() == {2: "Clothing", 341: "Men's Dress Shirts"}


@pytest.mark.parametrize("line", ["Coats", "24", "x Coats", "2 Coats", "24 Tops", "24 25"])
def test_wrong_category_names(tmp_path, line):
    file = tmp_path / "category_id.txt"
    file.write_text(f"2 Clothing\n\n11 Tops\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"row 4: a line needs .* own \\(got '{line}'\\)"):
        read_category_names(file)
    file.write_bytes(b"2 \xff")
    with pytest.raises(DataError, match="readable as text"):
        read_category_names(file)
