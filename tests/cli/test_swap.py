"""``fashiongraph swap``: stand-ins under constraints."""

from __future__ import annotations

import json


def test_swap_keeps_constraints(command, common, outfit):
    words = ("swap", *common, "--items", ",".join(outfit), "--item", outfit[0], "-k", 3)
    facts = json.loads(command(*words, "--where", "style = style1", "--json").stdout)
    assert 0 < len(facts["rows"]) <= 3
    assert all(int(row["item_id"]) % 4 == 1 for row in facts["rows"])
    assert {row["replaces"] for row in facts["rows"]} == {outfit[0]}
    for options, message in (
        (("--where", "style = style9"), "'--where' needs values of 'style'"),
        (("--unless", "cut < 3"), "'--unless' needs a column among"),
        (("--exclude", "nothing"), "'nothing'"),
        (("--item", "nothing"), "'--item' needs to be one of the outfit"),
    ):
        assert message in str(command(*words, *options, fails=True).exception)


def test_swap_all(command, common, outfit):
    words = ("swap", *common, "--items", ",".join([*outfit[:3], "0047"]), "--all")
    facts = json.loads(command(*words, "--json").stdout)
    assert "of 100" in facts["sentence"]
    assert all(row["gain"] >= 1 for row in facts["rows"])
    result = command(*words, "-k", 3, fails=True)
    assert "'-k' has no effect with '--all'" in str(result.exception)


def test_swap_keeps_a_budget(command, common, priced_folder, outfit):
    words = ("swap", common[0], "--data", priced_folder, "--items", ",".join(outfit))
    most = sum(map(int, outfit))
    budget = ("--budget", f"total price < {most}", "--json")
    rows = json.loads(command(*words, "--item", outfit[0], *budget).stdout)["rows"]
    assert rows and all(int(row["item_id"]) < int(outfit[0]) for row in rows)
    total = most
    for row in json.loads(command(*words, "--all", *budget).stdout)["rows"]:
        total += int(row["item_id"]) - int(row["replaces"])
        assert total < most
