from __future__ import annotations

import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines import NGNN
from fashiongraph.objectives import NGNNObjective
from fashiongraph.training.outfit_data_module import OutfitDataModule


def test_is_minus_the_mean_sigmoid_of_margins(wardrobe):
    model = NGNN(8, 5, 4, mode="reference_code")
    batch = next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=True)))
    real, corrupted = model(batch).view(30, 2).unbind(dim=1)
    terms = [-1 / (1 + torch.exp(n - p)) for p, n in zip(real, corrupted, strict=True)]
    torch.testing.assert_close(NGNNObjective()(model, batch)["loss"], sum(terms) / 30)


def test_training_negatives_have_any_category(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    counted = wardrobe.with_frequency()
    data = OutfitDataModule(counted, counted, NGNNObjective(), graph, "same_category")
    assert data.sampler.pools[0].name == "uniform_category"
    assert data.questions[0].recipe["protocol"] == "same_category"
