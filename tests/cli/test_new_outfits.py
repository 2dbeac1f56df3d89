from __future__ import annotations

import json

import pandas as pd
import pytest

from fashiongraph.cli.new_outfits import chosen_outfits, counts_sentence, new_outfit_counts
from fashiongraph.data import item_disjoint, pair_disjoint
from fashiongraph.errors import FashionGraphError

FEATURES = ("--features", "features.npy")


@pytest.fixture
def split_file(folder, tmp_path):
    """Training outfits of one style, and test outfits of all."""
    names = pd.read_csv(folder / "outfits.csv")["outfit_id"].unique()
    split = ["train" if i % 4 == 0 and i > 8 else "test" for i in range(len(names))]
    split[12] = "valid"
    file = tmp_path / "split.csv"
    pd.DataFrame({"outfit_id": names, "split": split}).to_csv(file, index=False)
    return file


def test_choices_are_masks_of_the_audit(wardrobe):
    train, test = wardrobe.select(slice(0, 5)), wardrobe.select(slice(4, 60))
    pairs, items = pair_disjoint(test, train), item_disjoint(test, train)
    assert chosen_outfits(test, train, "all") is test
    for choice, mask in (("new-pairs", pairs), ("new-items", items)):
        assert chosen_outfits(test, train, choice).ids.equals(test.ids[mask.numpy()])
    counts = new_outfit_counts(test, train)
    assert counts == {"all": 56, "new-pairs": int(pairs.sum()), "new-items": int(items.sum())}
    assert counts_sentence(counts, "new-items").startswith(f"{int(items.sum())} of 56 outfits")


def test_no_outfit_left_is_an_error(wardrobe):
    with pytest.raises(FashionGraphError, match="--outfits new-pairs' needs outfits that"):
        chosen_outfits(wardrobe, wardrobe, "new-pairs")


def test_outfits_of_new_items_are_evaluated(folder, command, checkpoint, split_file):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--split-file", split_file)
    found = json.loads(command(*common, "--outfits", "new-items", "--json").stdout)
    assert found["outfits"] == "new-items" and found["counts"]["all"] == 70
    results = found["results"]["uniform"]
    assert results["auc"]["num_questions"] == found["counts"]["new-items"] == 67
    text = command(*common, "--outfits", "new-items", "--protocol", "uniform").stdout
    assert "67 of 70 outfits: those that share no item with training" in text
    assert "67 share no item (--outfits new-items) with training" in command(*common).stdout
