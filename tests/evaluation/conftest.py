"""Scorers with known results."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture
def perfect_scorer(wardrobe):
    """A scorer of 1 for the outfits of the fixture and 0 for all others."""
    real = {tuple(o.tolist()) for o in wardrobe.item_id.split(wardrobe.sizes.tolist())}

    def score(batch):
        outfits = batch.item_id.split(batch.ptr.diff().tolist())
        return torch.tensor([float(tuple(o.tolist()) in real) for o in outfits])

    return score


@pytest.fixture
def constant_scorer():
    """A scorer of 0 for every outfit."""
    return lambda batch: torch.zeros(batch.num_graphs)
