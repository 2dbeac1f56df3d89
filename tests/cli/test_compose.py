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
