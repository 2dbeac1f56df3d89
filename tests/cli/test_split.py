from __future__ import annotations

import json
import shutil

import pandas as pd


def test_writes_the_splits_and_audits_them(folder, command, tmp_path):
    output = tmp_path / "split.csv"
    facts = json.loads(command("split", folder, "-o", output, "--json").stdout)
    splits = pd.read_csv(output)
    assert splits["split"].value_counts().to_dict() == {"train": 63, "test": 18, "valid": 9}
    assert splits["outfit_id"].is_unique
    assert (facts["train"], facts["valid"], facts["test"]) == (63, 9, 18)
    between = [row for row in facts["audit"] if row["part"] != row["other"]]
    assert all(row["shared_outfits"] == 0 for row in between)
    again = tmp_path / "again.csv"
    command("split", folder, "-o", again)
    assert again.read_bytes() == output.read_bytes()


def test_a_long_path_stays_on_one_line(folder, command, tmp_path):
    output = tmp_path / ("long" * 25) / "split.csv"
    assert f"written to {output}\n" in command("split", folder, "-o", output).stdout


def test_a_disjoint_split_shares_no_item(folder, command, tmp_path):
    facts = json.loads(
        command("split", folder, "-o", tmp_path / "s.csv", "--disjoint", "--json").stdout
    )
    assert all(row["shared_items"] == 0 for row in facts["audit"] if row["part"] != row["other"])
    assert facts["dropped"] == 90 - facts["train"] - facts["valid"] - facts["test"] >= 0


def test_prints_the_number_of_removed_outfits(folder, command, tmp_path):
    shutil.copytree(folder, tmp_path / "twice")
    outfits = pd.read_csv(tmp_path / "twice" / "outfits.csv", dtype=str)
    again = outfits[outfits["outfit_id"].isin(["o000", "o001"])].iloc[::-1]
    more = again.assign(outfit_id="again " + again["outfit_id"])
    pd.concat([outfits, more]).to_csv(tmp_path / "twice" / "outfits.csv", index=False)
    common = ("split", tmp_path / "twice", "-o", tmp_path / "s.csv")
    facts = json.loads(command(*common, "--json").stdout)
    assert (facts["duplicates"], facts["dropped"]) == (2, 0)
    assert (
        "train 63, valid 9, test 18, duplicates 2, dropped 0"
        in command(*common, "--overwrite").output
    )


def test_refuses_wrong_ratios(folder, command, tmp_path):
    result = command("split", folder, "--ratios", "7:3", "-o", tmp_path / "s.csv", fails=True)
    assert "'--ratios' needs three numbers" in str(result.exception)
