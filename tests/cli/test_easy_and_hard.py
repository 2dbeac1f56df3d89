from __future__ import annotations

import json

FEATURES = ("--features", "features.npy")


def test_easy_and_hard_negatives_are_reported_together(folder, command, checkpoint):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--columns", "style")
    found = json.loads(command(*common, "--json").stdout)
    text = command(*common).output
    assert found["split"] == "test" and found["sentence"] in text
    assert list(found["results"]) == ["uniform", "same_category", "matched"]
    alone = json.loads(command(*common[:-2], "--protocol", "same_category", "--json").stdout)
    for result in alone["results"]:
        together = found["results"]["same_category"][result["metric"].lower()]
        assert together == {name: result[name] for name in together}
