"""Official questions of a small release in the form of Polyvore Outfits."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from fashiongraph.datasets import PolyvoreOutfits
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_item_retrieval,
    fill_in_blank,
    item_retrieval,
)
from fashiongraph.models import OutfitModel, Siamese

SET = "polyvore-outfits version=disjoint"
TYPES = ("tops", "bottoms", "shoes")


@pytest.fixture
def release(tmp_path):
    """Thirty outfits of three items in three splits; one item is in training and in test."""
    root = tmp_path / "release"
    (root / "disjoint").mkdir(parents=True)
    rows, names = {}, {}
    for number in range(30):
        split = ("train", "valid", "test")[number % 3]
        items = [f"i{3 * number + k}" for k in range(3)]
        if number == 2:
            items[0] = "i0"  # of outfit 0, in training
        outfit = [{"item_id": item, "index": k + 1} for k, item in enumerate(items)]
        rows.setdefault(split, []).append({"set_id": f"s{number}", "items": outfit})
        names[number] = items
    for split, outfits in rows.items():
        (root / "disjoint" / f"{split}.json").write_text(json.dumps(outfits))
    metadata = {
        item: {
            "semantic_category": TYPES[k],
            "category_id": str(10 * k + number % 2),
            "title": "",
            "url_name": item,
        }
        for number, items in names.items()
        for k, item in enumerate(items)
        if not (number == 2 and k == 0)
    }
    (root / "polyvore_item_metadata.json").write_text(json.dumps(metadata))
    (root / "polyvore_outfit_titles.json").write_text("{}")
    test = [number for number in names if number % 3 == 2]
    pairs, blanks = [], []
    for number, other in zip(test, [*test[1:], test[0]], strict=True):
        pairs.append(f"1 s{number}_1 s{number}_2 s{number}_3")
        pairs.append(f"0 s{number}_1 s{number}_2 s{other}_3")
        question = {"question": [f"s{number}_1", f"s{number}_2"], "blank_position": 3}
        blanks.append({**question, "answers": [f"s{other}_3", f"s{number}_3"]})
    (root / "disjoint" / "compatibility_test.txt").write_text("\n".join(pairs) + "\n")
    (root / "disjoint" / "fill_in_blank_test.json").write_text(json.dumps(blanks))
    count = len(PolyvoreOutfits(root, "disjoint").items)
    rng = np.random.default_rng(0)
    np.save(root / "features.npy", rng.normal(size=(count, 8)).astype(np.float32))
    Siamese(8, 4).save(tmp_path / "model")
    return root


def test_all_protocols_by_one_command(release, command, tmp_path):
    common = ("evaluate", tmp_path / "model", "--data", release, "--set", SET, "--official")
    found = json.loads(command(*common, "--features", "features.npy", "--json").stdout)
    assert [row["metric"] for row in found["results"]] == ["AUC", "FITB", "R@10", "R@30", "R@50"]
    assert found["shared"] == {"shared_items": 1, "shared_outfits": 0, "shared_pairs": 0}

    dataset = PolyvoreOutfits(release, "disjoint")
    dataset.outfits = dataset.outfits.with_items(
        dataset.items.with_features(torch.from_numpy(np.load(release / "features.npy")))
    )
    model = OutfitModel.load(tmp_path / "model")
    pairs, blanks = dataset.official_questions("test")
    retrieval = draw_item_retrieval(
        blanks.source_outfits, ["category_id"], position=blanks.position
    )
    assert retrieval.position.tolist() == [2] * 10
    expected = [compatibility(model, pairs), fill_in_blank(model, blanks)]
    expected += item_retrieval(model, retrieval).values()
    for row, result in zip(found["results"], expected, strict=True):
        assert {name: row[name] for name in result.to_dict()} == result.to_dict()
    assert found["results"][2]["checksum"] == retrieval.checksum

    text = command(*common, "--features", "features.npy").stdout
    assert "official train and test share: items 1, outfits 0, pairs 0" in text


def test_refuses_other_questions(release, command, tmp_path, folder, checkpoint):
    common = ("evaluate", tmp_path / "model", "--data", release, "--set", SET, "--official")
    common = (*common, "--features", "features.npy")
    for options, message in (
        (("--task", "cir"), "'--task' has no effect with '--official'"),
        (("--protocol", "uniform"), "'--protocol' has no effect with '--official'"),
        (("--split", "all"), "'--split' needs to be train, valid, test with '--official'"),
        (("--columns", "cut"), "'--columns' needs columns of the item table"),
    ):
        result = command(*common, *options, fails=True)
        assert isinstance(result.exception, FashionGraphError)
        assert message in str(result.exception)
    result = command(*common, "--split", "valid", fails=True)
    assert isinstance(result.exception, DataError)
    assert "compatibility_valid.txt" in str(result.exception)
    own = ("evaluate", checkpoint, "--data", folder, "--features", "features.npy", "--official")
    assert "brings no official split" in str(command(*own, fails=True).exception)
