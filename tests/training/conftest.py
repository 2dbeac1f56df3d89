"""Outfits that are learned in a few epochs, and a training of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.models import ADDGNN
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


@pytest.fixture
def splits(wardrobe: Outfits) -> tuple[Outfits, Outfits]:
    """Outfits whose items share one of four styles, which their features show."""
    rng = torch.Generator().manual_seed(0)
    style = torch.arange(40) % 4
    features = torch.randn(40, 8, generator=rng) / 4
    features[torch.arange(40), style] += 1
    items = wardrobe.items.with_features(features)
    size = 4
    chosen = torch.rand(90, 10, generator=rng).argsort(1)[:, :size]  # different items
    item_id = (4 * chosen + (torch.arange(90) % 4).unsqueeze(1)).flatten()
    outfits = Outfits(items, torch.arange(91) * size, item_id)
    return outfits.select(slice(0, 60)), outfits.select(slice(60, 90))


@pytest.fixture
def train() -> Callable[..., tuple[ADDGNN, pd.DataFrame]]:
    """A function that trains a small model on two splits, and returns it with its history."""

    def run(splits: tuple[Outfits, Outfits], **kwargs: Any) -> tuple[ADDGNN, pd.DataFrame]:
        torch.manual_seed(0)
        model = ADDGNN(8, 8, 2, 1)
        graph = category_graph(splits[0].category_id, splits[0].batch, 5)
        config = TrainingConfig(batch_size=16, learning_rate=0.02)
        kwargs = {"config": config, "max_epochs": 3, "progress": False, **kwargs}
        return model, fit(model, *splits, graph=graph, accelerator="cpu", **kwargs)

    return run
