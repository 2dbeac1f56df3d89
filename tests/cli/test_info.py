from __future__ import annotations

import json
import shutil

import pandas as pd
from PIL import Image


def test_describes_a_data_set(folder, command, tmp_path):
    facts = json.loads(command("info", folder, "--features", "features.npy", "--json").stdout)
    assert (facts["outfits"], facts["items"], facts["categories"]) == (90, 48, 4)
    result = command("info", folder, "--graph", tmp_path / "graph.png")
    assert "90" in result.output
    refused = command("info", folder, "--graph", tmp_path / "graph.png", fails=True)
    assert "--overwrite" in str(refused.exception)
    with Image.open(tmp_path / "graph.png") as picture:
        assert picture.width > 1000


def test_columns_of_outfits_are_reported(folder, command, tmp_path):
    shutil.copytree(folder, tmp_path / "data")
    table = pd.read_csv(folder / "outfits.csv", dtype=str).assign(likes=3, user="someone")
    table.to_csv(tmp_path / "data" / "outfits.csv", index=False)
    result = command("info", tmp_path / "data", "--json")
    assert json.loads(result.stdout)["users"] == 1
    assert "outfits are weighted in training by their likes" in result.stderr
    assert "the column 'user' of the outfits (1 different) is not used" in result.stderr
    options = ("--epochs", 1, "--hidden", 4, "--features", "features.npy", "--accelerator", "cpu")
    result = command("train", tmp_path / "data", *options, "-o", tmp_path / "run")
    assert "outfits are weighted in training by their likes" in result.stderr


def test_describes_a_checkpoint(command, checkpoint):
    facts = json.loads(command("info", checkpoint, "--json").stdout)
    assert facts["model"] == "ADDGNN"
    assert facts["config"]["hidden_channels"] == 8
    assert facts["categories"] == 4
    named = str(command("info", checkpoint.parent, fails=True).exception)
    assert f"one lies in {checkpoint}" in named


def test_lenient_reports_what_it_drops(folder, command, tmp_path):
    for name in ("items.csv", "outfits.csv"):
        text = (folder / name).read_text()
        (tmp_path / name).write_text(text + ("o000,nothing\n" if "outfits" in name else ""))
    assert "outfits.csv" in str(command("info", tmp_path, fails=True).exception)
    assert "90" in command("info", tmp_path, "--lenient").output


def test_a_public_data_set_by_name_and_arguments(command, data_root, tmp_path):
    root = data_root("fashion32")
    form = f"fashion32 processed_dir={tmp_path / 'processed'}"
    facts = json.loads(command("info", root, "--set", form, "--json").stdout)
    assert (facts["outfits"], facts["items_worn"], facts["items"]) == (930, 2682, 2503)


def test_refuses_unknown_forms(folder, command):
    for form, message in (
        ("catwalk", "'--set' needs to be one of tables"),
        ("pog fast", "'--set' needs arguments as name=value"),
        ("pog fast=True", "unexpected keyword argument 'fast'"),
    ):
        result = command("info", folder, "--set", form, fails=True)
        assert message in str(result.exception)
