from __future__ import annotations

import json

import pandas as pd


def test_writes_the_parts_and_audits_them(folder, command, tmp_path):
    output = tmp_path / "split.csv"
    facts = json.loads(command("split", folder, "-o", output, "--json").stdout)
    parts = pd.read_csv(output)
    assert parts["part"].value_counts().to_dict() == {"train": 63, "test": 18, "valid": 9}
    assert parts["outfit_id"].is_unique
    assert (facts["train"], facts["valid"], facts["test"]) == (63, 9, 18)
    between = [row for row in facts["audit"] if row["part"] != row["other"]]
    assert all(row["shared_outfits"] == 0 for row in between)
    again = tmp_path / "again.csv"
    command("split", folder, "-o", again)
    assert again.read_bytes() == output.read_bytes()


def test_a_disjoint_split_shares_no_item(folder, command, tmp_path):
    facts = json.loads(
        command("split", folder, "-o", tmp_path / "s.csv", "--disjoint", "--json").stdout
    )
    assert all(row["shared_items"] == 0 for row in facts["audit"] if row["part"] != row["other"])


def test_refuses_ratios_that_are_none(folder, command, tmp_path):
    result = command("split", folder, "--ratios", "7:3", "-o", tmp_path / "s.csv", fails=True)
    assert "'--ratios' needs three numbers such as 7:1:2 (got '7:3')" in str(result.exception)
