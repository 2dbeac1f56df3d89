from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


def test_the_onnx_file_scores_as_the_model_does(folder, command, checkpoint, tmp_path):
    pytest.importorskip("onnxscript")
    ort = pytest.importorskip("onnxruntime")
    output = tmp_path / "model.onnx"
    facts = json.loads(command("export", checkpoint, "--items", 4, "-o", output, "--json").stdout)
    assert facts == {"output": str(output), "model": "ADDGNN", "items": 4}

    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    items = pd.read_csv(folder / "items.csv", dtype=str)
    session = ort.InferenceSession(output)
    vocabulary = json.loads(session.get_modelmeta().custom_metadata_map["categories"])
    row = pd.Index(items["item_id"]).get_indexer(outfits["item_id"]).reshape(-1, 4)
    inputs = {
        "features": np.load(folder / "features.npy").astype(np.float32)[row],
        "category_id": pd.Index(vocabulary).get_indexer(items["category"])[row].astype(np.int64),
    }
    (score,) = session.run(["score"], inputs)

    written = tmp_path / "scores.csv"
    common = ("--data", folder, "--features", "features.npy", "-o", written)
    command("score", checkpoint, folder / "outfits.csv", *common)
    expected = pd.read_csv(written, index_col="outfit_id")["raw"]
    np.testing.assert_allclose(score, expected[outfits["outfit_id"].unique()], atol=2e-6)


def test_prints_the_file_and_keeps_an_existing_one(command, checkpoint, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr("fashiongraph.export.to_onnx", lambda *given: calls.append(given[1:]))
    output = tmp_path / "model.onnx"
    text = command("export", checkpoint, "--items", 2, "-o", output).output
    assert f"ADDGNN for outfits of 2 items written to {output}" in text
    assert calls == [(2, output)]
    output.touch()
    refused = command("export", checkpoint, "--items", 2, "-o", output, fails=True)
    assert "--overwrite" in str(refused.exception) and len(calls) == 1


def test_refuses_an_outfit_of_one_item(command, checkpoint, tmp_path):
    pytest.importorskip("onnxscript")
    result = command("export", checkpoint, "--items", 1, "-o", tmp_path / "m.onnx", fails=True)
    assert result.exit_code == 2 and "--items" in result.output
