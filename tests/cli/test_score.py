from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

FEATURES = ("--features", "features.npy")


def test_ranks_real_outfits_before_mixed_ones(folder, command, checkpoint, tmp_path):
    real = pd.read_csv(folder / "outfits.csv", dtype=str).head(40)
    mixed = real.copy()
    mixed["outfit_id"] = "mixed " + mixed["outfit_id"]
    mixed["item_id"] = mixed["item_id"].sample(frac=1, random_state=0).to_numpy()
    file = tmp_path / "mine.csv"
    pd.concat([real, mixed]).to_csv(file, index=False)
    output = tmp_path / "scores.csv"
    common = ("score", checkpoint, file, "--data", folder, *FEATURES)
    ranked = json.loads(command(*common, "--json", "--top", 0, "-o", output).stdout)
    assert [row["rank"] for row in ranked] == list(range(1, 21))
    scores = [row["score"] for row in ranked]
    assert scores == sorted(scores, reverse=True)
    assert ranked[0]["items"] and len(ranked[0]["items"]) == 4
    place = pd.Series({row["outfit_id"]: row["rank"] for row in ranked})
    mixed_up = place.index.str.startswith("mixed")
    assert place[~mixed_up].mean() < place[mixed_up].mean()
    written = pd.read_csv(output)
    assert written["outfit_id"].tolist() == [row["outfit_id"] for row in ranked]
    assert "20 outfits by ADDGNN" in command(*common, "--top", 3).output
    for existing in (output, file):
        text = existing.read_text()
        refused = command(*common, "-o", existing, fails=True)
        assert str(existing) in str(refused.exception) and existing.read_text() == text
    refused = command(*common, "-o", file, "--overwrite", fails=True)
    assert "is read by this command" in str(refused.exception)
    assert "--top" in command(*common, "--top", -5, fails=True).output


def test_an_outfit_of_one_item_comes_last_without_a_score(folder, command, checkpoint, tmp_path):
    file, output = tmp_path / "mine.csv", tmp_path / "scores.csv"
    real = pd.read_csv(folder / "outfits.csv", dtype=str).head(8)
    alone = pd.DataFrame({"outfit_id": ["alone"], "item_id": ["0001"]})
    pd.concat([alone, real]).to_csv(file, index=False)
    common = ("score", checkpoint, file, "--data", folder, *FEATURES)
    ranked = json.loads(command(*common, "--json", "-o", output).stdout)
    assert [row["score"] is None for row in ranked] == [False, False, True]
    assert ranked[2]["outfit_id"] == "alone"
    assert pd.read_csv(output)["score"].isna().tolist() == [False, False, True]
    assert "–" in command(*common).output


def test_outfits_are_scored_against_negatives(folder, command, checkpoint):
    file = folder / "outfits.csv"
    common = ("score", checkpoint, file, "--data", folder, *FEATURES, "--json", "--top", 0)
    scores = [
        {row["outfit_id"]: row["score"] for row in json.loads(command(*common, *options).stdout)}
        for options in ((), ("--negatives", 3), ("--negatives", 3, "--protocol", "same_category"))
    ]
    assert scores[0].keys() == scores[1].keys()
    assert scores[0] != scores[1] != scores[2]
    for options, beside in (
        (("--protocol", "matched"), "--negatives 0"),
        (("--negatives", 3, "--columns", "style"), "--protocol uniform"),
    ):
        result = command(*common, *options, fails=True)
        assert f"has no effect with '{beside}'" in str(result.exception)


def test_refuses_unknown_items(folder, command, checkpoint, tmp_path):
    (tmp_path / "mine.csv").write_text("outfit_id,item_id\na,0001\na,9999\n")
    result = command(
        "score", checkpoint, tmp_path / "mine.csv", "--data", folder, *FEATURES, fails=True
    )
    assert "mine.csv, row 3: 'item_id'" in str(result.exception)


def test_identifiers_stay_as_they_are(folder, command, checkpoint, tmp_path):
    file, output = tmp_path / "mine.csv", tmp_path / "scores.csv"
    names = ["one, [two]", "[/three]"]
    rows = [(name, item) for name in names for item in ("0001", "0005")]
    pd.DataFrame(rows, columns=["outfit_id", "item_id"]).to_csv(file, index=False)
    result = command("score", checkpoint, file, "--data", folder, *FEATURES, "-o", output)
    assert all(name in result.output for name in names)
    assert pd.read_csv(output)["outfit_id"].tolist() == names


def test_a_missing_table_is_named(folder, command, checkpoint, tmp_path):
    for arguments, missing in (
        ((tmp_path / "no.csv", "--data", folder), "no.csv"),
        ((folder / "outfits.csv", "--data", tmp_path), "items.csv"),
        ((folder / "outfits.csv", "--data", tmp_path / "nowhere"), "nowhere"),
        ((folder / "outfits.csv", "--data", folder, "--features", "none.npy"), "none.npy"),
    ):
        message = str(command("score", checkpoint, *arguments, fails=True).exception)
        assert missing in message
        assert "exist" in message or "missing" in message


def test_other_features_are_refused(folder, command, checkpoint, tmp_path):
    np.save(tmp_path / "wide.npy", np.zeros((48, 9), np.float32))
    common = ("score", checkpoint, folder / "outfits.csv", "--data", folder)
    message = str(command(*common, "--features", tmp_path / "wide.npy", fails=True).exception)
    assert "'--features' needs the features of the training, features.npy (8)" in message
    command(*common)  # reads the features of the training


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_identifiers_that_the_output_lacks_are_escaped(folder, checkpoint, tmp_path, encoding):
    file = tmp_path / "mine.csv"
    file.write_text("outfit_id,item_id\n\u9774\U0001f45f,0001\n\u9774\U0001f45f,0005\n", "utf-8")
    words = ["score", checkpoint, file, "--data", folder]
    for options in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "fashiongraph", *map(str, words), *options],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )
        assert done.returncode == 0, done.stderr
        text = done.stdout.decode(encoding)
        assert "\\u9774" in text
    assert json.loads(text)[0]["outfit_id"] == "\u9774\U0001f45f"


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


def test_leave_out(folder, command, common):
    model, data, root = common
    words = ("score", model, folder / "outfits.csv", data, root, "--leave-out")
    result = command(*words)
    assert "nothing to leave out" in result.stderr
    assert "in training" in result.stdout
    refused = command(*words, "--negatives", 2, fails=True)
    assert "'--leave-out' has no effect with '--negatives 2'" in str(refused.exception)


def test_a_cluster_that_does_not_answer_is_named(folder, checkpoint, command):
    pytest.importorskip("ray", reason="needs the extra 'ray'")
    words = ("--data", folder, "--engine", "ray", "--ray-address", "127.0.0.1:1")
    refused = command("score", checkpoint, folder / "outfits.csv", *words, fails=True)
    assert str(refused.exception).startswith("'--ray-address' needs")
