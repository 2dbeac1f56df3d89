"""Invariances of every registered model, over random outfits."""

from __future__ import annotations

import functools

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fashiongraph.data import ItemTable, Outfits, add_item_cooccurrence, category_graph
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import OutfitModel
from fashiongraph.training import MODELS

NUM_ITEMS, NUM_CATEGORIES = 30, 5
# Bi-LSTM reads outfits as sequences, and normalises over the items of the batch.
SETS = [name for name in MODELS if not name.startswith(("teacher", "bilstm"))]
# Small sizes; a set transformer needs channels that its heads divide.
SMALL = {"set-transformer": {"hidden_channels": 8}, "set-transformer-paper": {"dropout": 0.0}}


def table() -> ItemTable:
    rng = torch.Generator().manual_seed(0)
    return ItemTable.from_lists(
        [f"item{i}" for i in range(NUM_ITEMS)],
        [f"category{i % NUM_CATEGORIES}" for i in range(NUM_ITEMS)],
        torch.randn(NUM_ITEMS, 8, generator=rng),
    )


def outfits_of(rows: list[list[int]]) -> Outfits:
    ptr = torch.tensor([0, *(len(outfit) for outfit in rows)]).cumsum(0)
    item_id = torch.tensor([row for outfit in rows for row in outfit], dtype=torch.long)
    return Outfits(table(), ptr, item_id)


@functools.cache
def model_of(name: str) -> OutfitModel:
    torch.manual_seed(0)
    model = MODELS[name].build(8, NUM_CATEGORIES, **SMALL.get(name, {})).eval()
    train = outfits_of(
        [[i % NUM_ITEMS, (i + 7) % NUM_ITEMS, (3 * i) % NUM_ITEMS] for i in range(60)]
    )
    graph = category_graph(train.category_id, train.batch, NUM_CATEGORIES)
    model.graph = add_item_cooccurrence(graph, train)
    return model


outfit_rows = st.lists(
    st.lists(st.integers(0, NUM_ITEMS - 1), min_size=1, max_size=6), min_size=1, max_size=6
)
common = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def close(got: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", SETS)
@common
@given(rows=outfit_rows, seed=st.integers(0, 100))
def test_the_order_of_items_does_not_matter(name, rows, seed):
    rng = torch.Generator().manual_seed(seed)
    turned = [
        [outfit[i] for i in torch.randperm(len(outfit), generator=rng).tolist()] for outfit in rows
    ]
    model = model_of(name)
    close(score_outfits(model, outfits_of(turned)), score_outfits(model, outfits_of(rows)))


@pytest.mark.parametrize("name", SETS)
@common
@given(rows=outfit_rows)
def test_the_other_outfits_of_a_batch_do_not_matter(name, rows):
    model, outfits = model_of(name), outfits_of(rows)
    expected = score_outfits(model, outfits, batch_size=1)
    close(score_outfits(model, outfits), expected)
    close(
        score_outfits(model, outfits_of(rows + rows[::-1])), torch.cat([expected, expected.flip(0)])
    )


@pytest.mark.parametrize("name", SETS)
@common
@given(rows=outfit_rows)
def test_cached_states_score_the_same(name, rows):
    model, outfits = model_of(name), outfits_of(rows)
    batch = next(iter(OutfitLoader(outfits, model.graph, len(outfits), share_items=True)))
    with torch.no_grad():
        expected = model(batch)
        close(score_outfits(model, outfits_of(rows * 8))[: len(rows)], expected)


@pytest.mark.parametrize("name", SETS)
@common
@given(rows=outfit_rows)
def test_single_items_score_zero(name, rows):
    model = model_of(name)
    single = score_outfits(model, outfits_of([[row] for outfit in rows for row in outfit]))
    close(single, torch.zeros_like(single))
