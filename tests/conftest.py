"""Shared fixtures: real data sets, and small random outfits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits

pytest_plugins = ["tests.tiny_models"]


@pytest.fixture
def data_root() -> Callable[[str], Path]:
    """A function from the folder name of a data set to its path; skips the test without it."""

    def find(name: str) -> Path:
        folder = os.environ.get("FASHIONGRAPH_DATA")
        if not folder:
            pytest.skip("FASHIONGRAPH_DATA names no folder of real data sets")
        if not (Path(folder) / name).is_dir():
            pytest.skip(f"FASHIONGRAPH_DATA holds no data set {name!r}")
        return Path(folder) / name

    return find


@pytest.fixture
def wardrobe() -> Outfits:
    """Sixty outfits of one to six of forty items in five categories, with repeats of both."""
    rng = torch.Generator().manual_seed(0)
    category = torch.randint(5, (40,), generator=rng)
    items = ItemTable.from_lists(
        [f"item{i}" for i in range(40)],
        [f"category{int(c)}" for c in category],
        torch.randn(40, 8, generator=rng),
    )
    sizes = torch.randint(1, 7, (60,), generator=rng)
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    return Outfits(items, ptr, torch.randint(40, (int(ptr[-1]),), generator=rng))


@pytest.fixture
def mango(data_root: Callable[[str], Path]) -> Outfits:
    """Stylists' outfits of one retailer, with the further columns and frequencies of items."""
    root = data_root("mango")
    table = pd.read_csv(root / "items.csv")
    columns = table[["group", "type", "year", "line"]]
    items = ItemTable.from_lists(table["item_id"], table["category"], columns=columns)
    return Outfits.from_frame(items, pd.read_csv(root / "outfits.csv")).with_frequency()
