from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import OutfitModel, Siamese
from fashiongraph.objectives import Objective
from fashiongraph.training import MODELS, TrainingConfig, model_spec


@pytest.mark.parametrize("name", MODELS)
def test_every_entry_builds_a_model(name):
    spec = MODELS[name]
    model = spec.build(8, 5)
    assert isinstance(model, OutfitModel)
    assert isinstance(spec.objective(model), Objective)
    assert isinstance(spec.config, TrainingConfig)
    assert spec.summary
    assert type(model).from_config(model.config).config == model.config


def test_published_entries_have_published_settings():
    assert MODELS["addgnn-paper"].config == TrainingConfig.paper()
    assert MODELS["addgnn-paper"].build(8, 5).config["activation"] == "sigmoid"
    assert MODELS["addgnn-plus"].build(8, 5, hidden_channels=6).hidden_channels == 6


def test_a_model_of_ones_own_is_imported_by_name(tmp_path, monkeypatch):
    (tmp_path / "my_models.py").write_text(
        "import torch\nfrom fashiongraph.models import OutfitModel\n"
        "class Mine(OutfitModel):\n"
        "    def __init__(self, in_channels):\n"
        "        super().__init__()\n        self.in_channels = in_channels\n"
        "number = 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    model = model_spec("my_models:Mine").build(8, 5)
    assert type(model).__name__ == "Mine" and model.in_channels == 8
    with pytest.raises(FashionGraphError, match="'--model'.*number"):
        model_spec("my_models:number")
    with pytest.raises(FashionGraphError, match="'--model'.*Nothing"):
        model_spec("my_models:Nothing")
    with pytest.raises(FashionGraphError, match="'--model'.*addgnn-plus.*'best'"):
        model_spec("best")
    del OutfitModel.registry["Mine"]
    assert model_spec("siamese") is MODELS["siamese"]
    assert isinstance(MODELS["siamese"].build(8, 5), Siamese)
    assert torch.is_tensor(MODELS["siamese"].build(8, 5).embedding.lin.weight)
