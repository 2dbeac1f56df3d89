"""Real outfits for the tests of `data/`, read without the readers of `datasets/`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits


@pytest.fixture
def mango(data_root: Callable[[str], Path]) -> Outfits:
    """Stylists' outfits of a fashion house, with the items' further columns and frequency."""
    root = data_root("mango")
    table = pd.read_csv(root / "items.csv")
    columns = table[["group", "type", "year", "line"]]
    items = ItemTable.from_lists(table["item_id"], table["category"], columns=columns)
    return Outfits.from_frame(items, pd.read_csv(root / "outfits.csv")).with_frequency()
