"""Scores and gradients of weights and inputs that version 0.0 of the models exported."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from fashiongraph.data import ItemTable, Outfits, add_item_cooccurrence, category_graph
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import ADDGNN, ADDGNNPlus

STORED = load_file(Path(__file__).parent / "parity.safetensors")


@pytest.fixture
def splits():
    items = ItemTable(
        ids=pd.Index([f"i{i}" for i in range(24)]),
        category_id=STORED["category_id"],
        categories=["c0", "c1", "c2", "c3"],
        features=STORED["features"],
    )
    outfits = Outfits(items, STORED["ptr"], STORED["item_id"])
    return outfits.select(range(28)), outfits.select(range(28, 40))


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("paper", ADDGNN.paper(6, hidden_channels=5, num_attributes=3)),
        ("plus", ADDGNNPlus(6, hidden_channels=5, num_attributes=3)),
    ],
)
def test_equals_the_exported_scores(splits, name, model):
    train, test = splits
    graph = category_graph(train.category_id, train.batch, 4)
    graph = add_item_cooccurrence(graph, train)
    prefix = f"{name}.weights."
    model.load_state_dict(
        {key.removeprefix(prefix): STORED[key] for key in STORED if key.startswith(prefix)}
    )
    model.graph = graph
    batch = next(iter(OutfitLoader(test, graph, batch_size=64, share_items=True)))
    candidate, score = model.ranking_scores(batch)
    # Version 0.0 added 1e-7 to the mean squares of features.
    torch.testing.assert_close(score, STORED[f"{name}.score"], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(candidate, STORED[f"{name}.mean_score"], rtol=1e-5, atol=1e-5)
    score.sin().sum().backward()
    gradient = model.encoder.mask.weight.grad
    torch.testing.assert_close(gradient, STORED[f"{name}.gradient"], rtol=1e-4, atol=1e-5)
