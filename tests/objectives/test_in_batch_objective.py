from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.loader import OutfitLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import CollocationNet
from fashiongraph.objectives import InBatchObjective
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture
def outfits():
    """Six outfits of two to four of nine items in three categories; some items recur."""
    rng = torch.Generator().manual_seed(0)
    items = ItemTable.from_lists(
        [f"item{i}" for i in range(9)],
        [f"category{i % 3}" for i in range(9)],
        torch.randn(9, 5, generator=rng),
    )
    sizes = torch.tensor([2, 3, 4, 2, 3, 3])
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    item_id = torch.cat([torch.randperm(9, generator=rng)[:size] for size in sizes])
    return Outfits(items, ptr, item_id)


def loop(embedding, outfit, category, scale):
    """The docstring's equation, item by item."""
    n = len(embedding)
    rest = []
    for i in range(n):
        total = sum(embedding[j] for j in range(n) if j != i and outfit[j] == outfit[i])
        rest.append(total / np.linalg.norm(total))
    loss = 0.0
    for i in range(n):
        like = [j for j in range(n) if category[j] == category[i]]
        own = np.exp(scale * embedding[i] @ rest[i])
        loss -= np.log(own / sum(np.exp(scale * embedding[i] @ rest[j]) for j in like))
        loss -= np.log(own / sum(np.exp(scale * embedding[j] @ rest[i]) for j in like))
    return loss / (2 * n)


@pytest.mark.parametrize("share_items", [False, True])
def test_equals_the_equation(outfits, share_items):
    model = CollocationNet(5, 4).double()
    batch = next(iter(OutfitLoader(outfits, share_items=share_items)))
    loss = InBatchObjective(scale=7.0)(model, batch)["loss"]
    x = outfits.items.features[outfits.item_id].double()
    embedding = model.embed_features(x).detach().numpy()
    expected = loop(embedding, outfits.batch.tolist(), outfits.category_id.tolist(), 7.0)
    assert loss.item() == pytest.approx(expected, rel=1e-9)


def test_it_draws_no_strangers(outfits):
    sampler = negative_sampler("uniform", outfits.items)
    loader = InBatchObjective().loader(outfits, sampler, batch_size=6, seed=0)
    (batch,) = loader
    assert batch.num_graphs == 6 and batch.num_nodes == len(outfits.item_id)


def test_a_model_trains_with_it(outfits):
    torch.manual_seed(0)
    model = CollocationNet(5, 4)
    history = fit(
        model,
        outfits,
        outfits,
        objective=InBatchObjective(),
        config=TrainingConfig(batch_size=6, learning_rate=1e-2),
        max_epochs=8,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[-1] < 0.8 * history["train/loss"].iloc[0]
