from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from fashiongraph.data.category_graph import category_graph, category_weight
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN, DesignerTeacher, OutfitModel
from fashiongraph.models.baselines import NGNN, Siamese


@pytest.fixture
def model(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, use_graph=True)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    model.categories = wardrobe.items.categories
    return model.eval()


def test_a_checkpoint_restores_model_vocabulary_and_graph(model, wardrobe, tmp_path):
    model.save(tmp_path / "model")
    files = {file.name for file in (tmp_path / "model").iterdir()}
    assert files == {"weights.safetensors", "graph.safetensors", "model.json"}
    again = ADDGNN.load(tmp_path / "model")
    assert isinstance(again, ADDGNN)
    assert not again.training
    assert again.settings == model.settings
    assert again.categories == wardrobe.items.categories
    batch = next(iter(OutfitLoader(wardrobe, again.graph)))
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)
    pair = torch.cartesian_prod(torch.arange(5), torch.arange(5)).t()
    expected = category_weight(model.graph, *pair)
    assert torch.equal(category_weight(again.graph, *pair), expected)
    assert again.graph.smoothing == 1.0


def test_a_checkpoint_can_be_read_by_all_whom_the_umask_allows(model, tmp_path):
    before = os.umask(0o022)
    try:
        model.save(tmp_path / "model")
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "model").iterdir()} == {0o644}


def test_a_checkpoint_replaces_nothing_but_a_checkpoint(model, tmp_path):
    for _ in range(2):
        model.save(tmp_path / "model")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "net.py").touch()
    with pytest.raises(FashionGraphError, match="which holds something else"):
        model.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "net.py").exists()


def test_a_checkpoint_names_its_kind(model, tmp_path):
    model.save(tmp_path / "model")
    assert isinstance(OutfitModel.load(tmp_path / "model"), ADDGNN)
    with pytest.raises(DataError, match="holds a ADDGNN, not a DesignerTeacher"):
        DesignerTeacher.load(tmp_path / "model")


def test_a_model_without_a_graph_is_kept_too(tmp_path):
    DesignerTeacher(8, 2).save(tmp_path / "teacher")
    assert DesignerTeacher.load(tmp_path / "teacher").graph is None


def damage_json(folder):
    (folder / "model.json").write_text("{")


def damage_settings(folder):
    card = json.loads((folder / "model.json").read_text())
    card["settings"]["hidden_channels"] = 7
    (folder / "model.json").write_text(json.dumps(card))


def damage_kind(folder):
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**card, "model": "Unknown"}))


def damage_weights(folder):
    file = folder / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:100])


def lose_weights(folder):
    (folder / "weights.safetensors").unlink()


def lose_json(folder):
    (folder / "model.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [damage_json, damage_settings, damage_kind, damage_weights, lose_weights, lose_json],
)
def test_a_damaged_checkpoint_ends_in_one_clear_error(model, tmp_path, damage):
    model.save(tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(DataError, match="checkpoint"):
        OutfitModel.load(tmp_path / "model")


def test_a_folder_of_a_training_names_its_model(model, tmp_path):
    model.save(tmp_path / "model")
    with pytest.raises(DataError, match=r"needs the file model\.json; one lies in .*model$"):
        OutfitModel.load(tmp_path)


def test_sizes_may_be_numbers_of_numpy(tmp_path):
    model = NGNN(8, np.int64(5), np.int32(6))
    model.save(tmp_path / "model")
    assert OutfitModel.load(tmp_path / "model").settings == model.settings


def test_a_kind_that_nobody_defined_is_named(tmp_path):
    Siamese(8, 4).save(tmp_path / "model")
    card = tmp_path / "model" / "model.json"
    card.write_text(card.read_text().replace('"Siamese"', '"Mine"'))
    with pytest.raises(DataError, match="holds a Mine, which no imported module defines"):
        OutfitModel.load(tmp_path / "model")
