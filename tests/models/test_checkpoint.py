from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import DataError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import OutfitModel
from fashiongraph.models.checkpoint import FORMAT, read_checkpoint, write_checkpoint

STORED = Path(__file__).parent / "checkpoints_0_1"

TENSORS = {"weights": {"a": torch.arange(6.0).view(2, 3).t(), "b": torch.tensor(2)}, "graph": {}}


def test_tensors_and_card_are_read_as_written(tmp_path):
    write_checkpoint(tmp_path / "model", {"model": "Mine", "size": 3}, TENSORS)
    card, tensors = read_checkpoint(tmp_path / "model")
    assert card == {"model": "Mine", "size": 3}
    torch.testing.assert_close(tensors, TENSORS, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["addgnn", "addgnn_plus", "siamese"])
def test_checkpoints_of_the_first_release_load(name):
    stored = json.loads((STORED / "scores.json").read_text())
    kinds = ["top", "shoes", "bag"] * 4
    features = torch.tensor(stored["features"])
    items = ItemTable.from_lists([f"i{row}" for row in range(12)], kinds, features)
    outfits = Outfits(items, torch.tensor([0, 3, 6, 8]), torch.arange(8))
    model = OutfitModel.load(STORED / name)
    torch.testing.assert_close(
        score_outfits(model, outfits), torch.tensor(stored["scores"][name]), rtol=1e-5, atol=1e-6
    )
    assert model.categories == ["bag", "shoes", "top"]
    assert "format" not in json.loads((STORED / name / "model.json").read_text())


def test_a_checkpoint_of_a_later_format_names_the_version_to_install(tmp_path):
    card = {"format": FORMAT + 1, "fashiongraph": "7.0.0", "model": "Siamese"}
    write_checkpoint(tmp_path / "model", card, TENSORS)
    with pytest.raises(DataError, match=r"fashiongraph 7\.0\.0 .*--upgrade"):
        read_checkpoint(tmp_path / "model")
