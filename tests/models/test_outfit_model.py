from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from torch_geometric.nn import GATConv, global_mean_pool

from fashiongraph.data import Outfits
from fashiongraph.data.category_graph import category_graph, category_weight
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.manifest import MANIFEST
from fashiongraph.models import ADDGNN, DesignerTeacher, OutfitModel, as_outfit_model
from fashiongraph.models.baselines import NGNN, Siamese
from fashiongraph.models.checkpoint import read_checkpoint, write_checkpoint


@pytest.fixture
def model(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, num_steps=1)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    model.categories = wardrobe.items.categories
    return model.eval()


def test_a_checkpoint_restores_model_vocabulary_and_graph(model, wardrobe, tmp_path):
    model.save(tmp_path / "model")
    files = {file.name for file in (tmp_path / "model").iterdir()}
    assert files == {"weights.safetensors", "graph.safetensors", "model.json", MANIFEST}
    again = ADDGNN.load(tmp_path / "model")
    assert isinstance(again, ADDGNN)
    assert not again.training
    assert again.config == model.config
    assert again.categories == wardrobe.items.categories
    batch = next(iter(OutfitLoader(wardrobe, again.graph)))
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)
    pair = torch.cartesian_prod(torch.arange(5), torch.arange(5)).t()
    expected = category_weight(model.graph, *pair)
    assert torch.equal(category_weight(again.graph, *pair), expected)
    assert again.graph.smoothing == 1.0


def test_the_umask_sets_a_checkpoints_permissions(model, tmp_path):
    before = os.umask(0o022)
    try:
        model.save(tmp_path / "model")
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "model").iterdir()} == {0o644}


def test_only_a_checkpoint_is_replaced(model, tmp_path):
    for _ in range(2):
        model.save(tmp_path / "model")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "net.py").touch()
    with pytest.raises(FashionGraphError, match="mine"):
        model.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "net.py").exists()


def test_a_checkpoint_names_its_kind(model, tmp_path):
    model.save(tmp_path / "model")
    assert isinstance(OutfitModel.load(tmp_path / "model"), ADDGNN)
    with pytest.raises(DataError, match="ADDGNN.*DesignerTeacher"):
        DesignerTeacher.load(tmp_path / "model")


def test_a_model_without_graph_is_restored(tmp_path):
    DesignerTeacher(8, 2).save(tmp_path / "teacher")
    assert DesignerTeacher.load(tmp_path / "teacher").graph is None


def rewrite(folder, **changes):
    card, tensors = read_checkpoint(folder)
    write_checkpoint(folder, {**card, **changes}, tensors)


def damage_json(folder):
    (folder / "model.json").write_text("{")


def damage_config(folder):
    rewrite(folder, config={"in_channels": 8, "hidden_channels": 7})


def damage_kind(folder):
    rewrite(folder, model="Unknown")


def damage_digests(folder):
    (folder / MANIFEST).write_text((folder / MANIFEST).read_text().replace('"sha256"', '"md5"'))


def lose_digests(folder):
    (folder / MANIFEST).unlink()


def damage_weights(folder):
    file = folder / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:100])


def lose_weights(folder):
    (folder / "weights.safetensors").unlink()


def lose_json(folder):
    (folder / "model.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        damage_json,
        damage_config,
        damage_kind,
        damage_digests,
        lose_digests,
        damage_weights,
        lose_weights,
        lose_json,
    ],
)
def test_a_damaged_checkpoint_is_refused(model, tmp_path, damage):
    model.save(tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(DataError, match="checkpoint"):
        OutfitModel.load(tmp_path / "model")


def test_the_folder_of_a_training_is_refused_with_a_hint(model, tmp_path):
    model.save(tmp_path / "model")
    with pytest.raises(DataError, match="is no checkpoint.*one lies in .*model$"):
        OutfitModel.load(tmp_path)


def test_sizes_may_be_numpy_integers(tmp_path):
    model = NGNN(8, np.int64(5), np.int32(6))
    model.save(tmp_path / "model")
    assert OutfitModel.load(tmp_path / "model").config == model.config


def test_an_unknown_class_and_its_module_are_named(tmp_path):
    Siamese(8, 4).save(tmp_path / "model")
    rewrite(tmp_path / "model", model="Mine")
    with pytest.raises(DataError, match="Mine.*fashiongraph.models"):
        OutfitModel.load(tmp_path / "model")


class ForwardOnly(OutfitModel):
    """A model that implements nothing but ``forward``, from stock fields."""

    def __init__(self, in_channels):
        super().__init__()
        self.in_channels = in_channels
        self.conv = GATConv(in_channels, 6)
        self.out = torch.nn.Linear(6, 1)

    def forward(self, batch):
        h = self.conv(batch.x, batch.edge_index).relu()
        return self.out(global_mean_pool(h, batch.batch, batch.num_graphs)).squeeze(-1)


class Forgetful(OutfitModel):
    """A model that does not store its constructor argument."""

    def __init__(self, width):
        super().__init__()


@pytest.mark.parametrize("share_items", [False, True])
def test_item_scores_fall_back_to_leave_one_out(wardrobe, share_items):
    torch.manual_seed(0)
    model = ForwardOnly(8).eval()
    batch = next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share_items)))
    items, place = model.item_scores(batch), 0
    for outfit in range(len(wardrobe)):
        rows = wardrobe.select([outfit]).item_id
        score = score_outfits(model, wardrobe.select([outfit]))[0]
        for left_out in range(len(rows)):
            rest = rows[torch.arange(len(rows)) != left_out]
            expected = torch.zeros(())
            if len(rows) > 1:
                without = Outfits(wardrobe.items, torch.tensor([0, len(rest)]), rest)
                expected = score - score_outfits(model, without)[0]
            torch.testing.assert_close(items[place], expected, rtol=1e-4, atol=1e-5)
            place += 1


def test_defaults_of_the_interface(wardrobe):
    model = ForwardOnly(8).eval()
    batch = next(iter(OutfitLoader(wardrobe, batch_size=60)))
    candidate, outfit = model.ranking_scores(batch)
    assert torch.equal(candidate, outfit)
    position = torch.zeros(30, dtype=torch.long)
    assert torch.equal(model.score_candidates(batch, position, 2), outfit.view(30, 2))
    assert model.embed(model.encode_items(None)) is None
    assert model.batch_inputs == frozenset()
    with pytest.raises(FashionGraphError, match="ForwardOnly"):
        model.pair_scores(batch)
    with pytest.raises(FashionGraphError, match="ForwardOnly"):
        ForwardOnly.paper(8)


def test_a_constructor_argument_that_is_not_stored_is_named():
    with pytest.raises(FashionGraphError, match="Forgetful.*'width'"):
        _ = Forgetful(3).config


@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: m.forward])
def test_modules_and_functions_score_outfits(wardrobe, wrap):
    torch.manual_seed(0)
    model = ForwardOnly(8).eval()
    wrapped = as_outfit_model(wrap(torch.nn.Sequential(model)))
    torch.testing.assert_close(score_outfits(wrapped, wardrobe), score_outfits(model, wardrobe))
    assert as_outfit_model(model) is model
    with pytest.raises(FashionGraphError, match="OutfitModel"):
        wrapped.save("anywhere")
    with pytest.raises(FashionGraphError, match="'model'.*3"):
        as_outfit_model(3)
