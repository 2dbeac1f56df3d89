"""Outfits from which any model learns in two epochs."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits


@pytest.fixture
def styled() -> Outfits:
    """Sixty outfits of two to five items, each of one of four styles that features show."""
    rng = torch.Generator().manual_seed(0)
    style = torch.arange(40) % 4
    # Half of each row is the style and half is not, so that a metric has something to learn.
    features = torch.cat([1.5 * torch.eye(4)[style], torch.randn(40, 4, generator=rng)], dim=1)
    items = ItemTable.from_lists(
        [f"item{i}" for i in range(40)],
        [f"category{i // 8}" for i in range(40)],
        features,
    )
    sizes = torch.randint(2, 6, (60,), generator=rng)
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    number = torch.rand(60, 10, generator=rng).argsort(dim=1)  # of an item within its style
    filled = torch.arange(10) < sizes.unsqueeze(1)
    outfit_style = torch.randint(4, (60, 1), generator=rng)
    return Outfits(items, ptr, (4 * number + outfit_style)[filled])
