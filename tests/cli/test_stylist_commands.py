"""Calibrated scores, explanations, stand-ins and whole outfits from the command line."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from fashiongraph.models import OutfitModel
from fashiongraph.stylist import Stylist


@pytest.fixture
def common(folder, checkpoint):
    return (checkpoint, "--data", folder)


@pytest.fixture
def outfit(folder):
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    return outfits[outfits["outfit_id"] == "o003"]["item_id"].tolist()


def test_a_trained_model_scores_from_0_to_100(folder, command, checkpoint, common, tmp_path):
    card = json.loads((checkpoint / "model.json").read_text())
    assert card["calibration"]["protocol"] == "same_category"
    model, data, root = common
    output = tmp_path / "scores.csv"
    words = ("score", model, folder / "outfits.csv", data, root, "--top", 0, "-o", output)
    rows = json.loads(command(*words, "--json").stdout)
    assert all(0 <= row["score"] <= 100 and 0 <= row["percentile"] <= 100 for row in rows)
    assert 0 < sum(row["in_training"] for row in rows) < len(rows)
    raw = [row["raw"] for row in rows]
    assert raw == sorted(raw, reverse=True)
    written = pd.read_csv(output)
    assert written.columns.tolist() == ["outfit_id", "score", "raw", "percentile", "in_training"]
    output.unlink()
    assert "(in training)" in command(*words).stdout


def test_a_model_without_calibration_says_so(folder, command, checkpoint, tmp_path):
    copy = tmp_path / "model"
    model = OutfitModel.load(checkpoint)
    model.calibration = None
    model.save(copy)
    result = command("score", copy, folder / "outfits.csv", "--data", folder)
    assert "scores are raw" in result.stderr
    result = command("explain", copy, "--data", folder, "--items", "0001,0005", fails=True)
    assert "fashiongraph calibrate" in str(result.exception)
    facts = json.loads(
        command("calibrate", copy, "--data", folder, "--split", "all", "--json").stdout
    )
    assert facts["num_outfits"] == 90
    stored = OutfitModel.load(copy).calibration
    assert (stored["slope"], stored["ece"]) == (facts["slope"], facts["ece"])
    command("explain", copy, "--data", folder, "--items", "0001,0005")
    shutil.copy(checkpoint.parent / "split.csv", tmp_path / "split.csv")
    text = command("calibrate", copy, "--data", folder, "--protocol", "uniform").stdout
    assert "against uniform negatives" in text
    result = command("calibrate", copy, "--data", folder, "--split", "spring", fails=True)
    assert "'--split' needs to be train" in str(result.exception)


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


def test_complete_keeps_constraints(command, common, outfit):
    words = ("complete", *common, "--items", outfit[0], "--slots", "shoe", "--json")
    found = json.loads(command(*words, "--where", "style = style2").stdout)["completions"]
    assert found and all(int(one["item_id"]) % 4 == 2 for one in found)
    left = [one["item_id"] for one in found][:1]
    again = command(*words, "--where", "style = style2", "--exclude", left[0]).stdout
    assert left[0] not in [one["item_id"] for one in json.loads(again)["completions"]]
    result = command(*words, "--unless", "cut = slim", fails=True)
    assert "'--unless' needs a column among" in str(result.exception)


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


def test_capsule(command, common):
    words = ("capsule", *common, "--size", 6, "--threshold", 20)
    facts = json.loads(command(*words, "--json").stdout)
    assert len(facts["rows"]) == 6
    assert all(len(one) == 4 for one in facts["outfits"])
    result = command(*words, "--where", "cut = slim", fails=True)
    assert "'--where' needs a column" in str(result.exception)
