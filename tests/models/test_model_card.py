from __future__ import annotations

import pytest
import torch
import yaml

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.errors import DataError
from fashiongraph.evaluation import Calibration, Result
from fashiongraph.models import Siamese, model_card

QUANTILES = {"all": [float(i) for i in range(101)]}


@pytest.fixture
def checkpoint(tmp_path):
    model = Siamese(8)
    model.save(tmp_path / "plain")
    model.categories = ["top", "shoes"]
    model.training_outfits = torch.arange(1234)
    model.feature_sources = (FeatureSource("features_image.npy", 8, "colours", "1f0c"),)
    fitted = Calibration(1.0, 0.0, "same_category", (), 4321, 0.034, 0.21, [], 1.0, QUANTILES)
    model.calibration = vars(fitted)
    model.save(tmp_path / "full")
    return tmp_path


def test_a_card_states_what_was_measured(checkpoint):
    results = {
        "uniform": [Result("AUC", 0.9, 0.88, 0.92, 500)],
        "same_category": [Result("AUC", 0.7, 0.66, 0.74, 500), Result("FITB", 0.5, 0.4, 0.6, 500)],
    }
    text = model_card(checkpoint / "full", "me/mine", results, "A shop.", "No hats.", "mit")
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    assert yaml.safe_load(head)["license"] == "mit"
    assert body.startswith("# mine\n")
    assert body.count("| same_category |") == 2
    assert "| uniform | AUC | 0.900 | 0.880 to 0.920 | 500 |" in body
    for fact in ("A shop.", "1,234 training outfits", "2 categories", "No hats.", "4,321", "0.034"):
        assert fact in body
    assert "features_image.npy (8 by colours)" in body


def test_a_card_states_what_was_not_measured(checkpoint):
    body = model_card(checkpoint / "plain", "me/mine")
    assert body.count("Not measured") == 2
    assert "license" not in body


def test_a_card_needs_a_checkpoint(tmp_path):
    with pytest.raises(DataError, match="checkpoint"):
        model_card(tmp_path, "me/mine")
