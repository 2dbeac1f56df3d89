"""``fashiongraph calibrate`` stores a calibration with a model."""

from __future__ import annotations

import json
import shutil

from fashiongraph.models import OutfitModel


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
