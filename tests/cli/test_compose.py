"""``fashiongraph compose``: whole outfits under constraints."""

from __future__ import annotations

import json

import pytest

from fashiongraph.stylist import Stylist


def test_compose(command, common, folder, outfit):
    words = ("compose", *common, "--items", outfit[0], "-n", 2, "--once")
    facts = json.loads(command(*words, "--json").stdout)
    assert len(facts["outfits"]) == len(facts["rows"]) == 2
    assert all(one[0] == outfit[0] and len(one) == 4 for one in facts["outfits"])
    stylist = Stylist.load(common[0], folder)
    scores = stylist.score(facts["outfits"]).frame["score"]
    assert [row["score"] for row in facts["rows"]] == pytest.approx(scores.tolist(), rel=1e-3)
    slots = json.loads(command(*words, "--slots", "shoe,bag", "--json").stdout)
    assert all(row["categories"].endswith("shoe, bag") for row in slots["rows"])
    result = command(*words, "--slots", "wings", fails=True)
    assert "'--slots' needs categories" in str(result.exception)


def test_compose_keeps_budgets_and_owned_items(command, common, priced_folder, outfit, tmp_path):
    words = ("compose", common[0], "--data", priced_folder, "--items", outfit[0], "--json")
    price = int(outfit[0])
    facts = json.loads(command(*words, "--budget", f"total price <= {price + 70}").stdout)
    assert facts["rows"]
    for row, items in zip(facts["rows"], facts["outfits"], strict=True):
        assert row["total_price"] == sum(map(int, items)) <= price + 70
    owned = [f"{number:04d}" for number in range(16)]
    file = tmp_path / "mine.csv"
    file.write_text("item_id\n" + "\n".join(owned) + "\n")
    for value in (file, ",".join(owned)):
        facts = json.loads(command(*words, "--owned", value, "--max-new", 2).stdout)
        assert facts["rows"]
        for row, items in zip(facts["rows"], facts["outfits"], strict=True):
            assert row["total_new"] == sum(item not in owned for item in items) <= 2
    for options, message in (
        (("--budget", "price <= 3"), "'--budget' needs the form"),
        (("--owned", "nothing"), "'--owned' needs items"),
        (("--max-new", 2), "'--max-new' needs"),
        (("--owned", tmp_path / "none.csv"), "none.csv"),
    ):
        assert message in str(command(*words, *options, fails=True).exception)
