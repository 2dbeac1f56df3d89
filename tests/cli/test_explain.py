"""``fashiongraph explain``: items, pairs and a page."""

from __future__ import annotations

import json


def test_explain(command, common, outfit, tmp_path):
    page = tmp_path / "outfit.html"
    words = ("explain", *common, "--items", ",".join(outfit), "--report", page)
    facts = json.loads(command(*words, "--json").stdout)
    assert {row["item_id"] for row in facts["rows"]} == set(outfit)
    assert len(facts["pairs"]) == 6
    assert all(item in page.read_text() for item in outfit)
    refused = command(*words, fails=True)
    assert "--overwrite" in str(refused.exception)
    text = command(*words, "--overwrite").stdout
    assert facts["sentence"] in text and "wrong" in text
