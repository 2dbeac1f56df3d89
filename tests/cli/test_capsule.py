"""``fashiongraph capsule``: few items of many outfits."""

from __future__ import annotations

import json


def test_capsule(command, common):
    words = ("capsule", *common, "--size", 6, "--threshold", 20)
    facts = json.loads(command(*words, "--json").stdout)
    assert len(facts["rows"]) == 6
    assert all(len(one) == 4 for one in facts["outfits"])
    result = command(*words, "--where", "cut = slim", fails=True)
    assert "'--where' needs a column" in str(result.exception)
