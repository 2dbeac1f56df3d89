from __future__ import annotations

import pytest
import torch
from fashiongraph.retrieval.best_by_shortlist import best_by_shortlist
from fashiongraph.retrieval.completed_scores import completed_scores

from fashiongraph.data import ItemTable
from fashiongraph.retrieval import CatalogueStates


@pytest.fixture
def alike():
    """Items that half precision cannot tell apart."""
    rng = torch.Generator().manual_seed(0)
    features = torch.randn(1, 8, generator=rng) + 1e-4 * torch.randn(300, 8, generator=rng)
    names = [f"i{i}" for i in range(300)]
    return ItemTable.from_lists(names, ["category0"] * 300, features)


def test_doubt_makes_the_shortlist_longer(alike, make_model, choice):
    model, own = make_model(num_steps=0, **choice).double(), torch.tensor([0])
    looked_at = {}
    for dtype in (torch.float16, torch.float64):
        states = CatalogueStates.build(model, alike, dtype=dtype)
        with torch.no_grad():
            item, score = best_by_shortlist(states, own, [0], 5, 5)
        looked_at[dtype] = len(item)
        expected = completed_scores(model, alike, own, torch.arange(1, 300))
        torch.testing.assert_close(score.topk(5).values, expected.topk(5).values)
    assert looked_at[torch.float16] > looked_at[torch.float64]


def test_no_categories(alike, make_model):
    model = make_model(num_steps=0)
    states = CatalogueStates.build(model, alike)
    with torch.no_grad():
        item, score = best_by_shortlist(states, torch.tensor([0]), [], 5, 5)
    assert item.shape == score.shape == (0,)
