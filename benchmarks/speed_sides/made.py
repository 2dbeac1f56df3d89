"""Random outfits of random items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from fashiongraph.data import ItemTable, Outfits


def made_outfits(
    count: int, num_items: int, num_features: int = 0, num_categories: int = 50, low: int = 3,
    high: int = 8,
) -> Outfits:  # fmt: skip
    """Draw outfits of ``low`` to ``high`` items, all sizes alike likely.

    Args:
        count: Number of outfits.
        num_items: Size of the item table.
        num_features: Size of the features; 0 for none.
        num_categories: Number of categories.
        low: Fewest items of an outfit.
        high: Most items of an outfit.
    """
    rng = np.random.default_rng(0)
    ptr = np.append(0, rng.integers(low, high + 1, count).cumsum())
    category = torch.from_numpy(rng.integers(num_categories, size=num_items))
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(num_items, num_features, generator=generator) if num_features else None
    names = [f"category{i}" for i in range(num_categories)]
    items = ItemTable(pd.Index(np.arange(num_items).astype(str)), category, names, features)
    item_id = torch.from_numpy(rng.integers(num_items, size=ptr[-1]))
    return Outfits(items, torch.from_numpy(ptr), item_id).with_frequency()
