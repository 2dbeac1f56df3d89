"""``fashiongraph benchmark submit``, and the leaderboard that verifies it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fashiongraph.evaluation import Submission


def test_the_file_holds_the_printed_results(common, command, tmp_path):
    file = tmp_path / "mine.json"
    words = ("--name", "mine", "--columns", "style", "-o", file)
    printed = json.loads(command("benchmark", "submit", *common, *words, "--json").stdout)
    assert [row["protocol"] for row in printed["results"]] == ["uniform"] * 2 + ["matched"] * 2
    submission = Submission.load(file)
    assert (submission.name, submission.seed) == ("mine", 0)
    assert submission.data == common[2].name
    again = command("benchmark", "submit", *common, *words, fails=True)
    assert "--overwrite" in str(again.exception)


def test_another_seed_would_test_on_training_outfits(common, command, tmp_path):
    words = ("--name", "mine", "--columns", "style", "--seed", 5, "-o", tmp_path / "mine.json")
    result = command("benchmark", "submit", *common, *words, fails=True)
    assert str(result.exception).startswith("'--seed' needs outfits")
    assert not (tmp_path / "mine.json").exists()


@pytest.mark.slow
def test_the_leaderboard_computes_results_again(command, data_root, tmp_path, monkeypatch):
    root, script = data_root("mango"), Path(__file__).parents[2] / "benchmarks" / "run.py"
    monkeypatch.setenv("FASHIONGRAPH_DATA", str(root.parent))
    monkeypatch.chdir(tmp_path)
    data = ("--features", "features_image.npy")
    command("train", root, *data, "-o", "run", "--model", "siamese", "--epochs", 1)
    command(
        *("benchmark", "submit", "run/model", "--data", root, *data, "--name", "mine"),
        *("--columns", "type,year,line", "-o", "mine.json"),
    )
    words = [sys.executable, "-W", "ignore", str(script), "leaderboard", "--add", "mine.json"]
    words += ["--output", "results"]
    subprocess.run(words, check=True)
    record = json.loads(Path("results/submissions.jsonl").read_text())
    assert record["model"] == "mine"
    assert record["results"]["uniform AUC"]["value"] > 0.5
    text = json.loads(Path("mine.json").read_text())
    text["predictions"][0]["scores"].pop()
    Path("mine.json").write_text(json.dumps(text))
    refused = subprocess.run(words, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'scores' needs" in refused.stderr
