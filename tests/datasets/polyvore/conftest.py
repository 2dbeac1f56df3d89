from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.polyvore_questions import NamedItems


@pytest.fixture
def named():
    """Makes five items that go by seven names: ``7_1`` and ``9_1`` are one, ``7_2`` and ``8_2``."""

    def make(lenient=False):
        items = ItemTable.from_lists(list("abcde"), ["c"] * 5)
        names = pd.Index(["7_1", "7_2", "8_1", "8_2", "8_3", "9_1", "9_2"])
        return NamedItems(items, names, np.array([0, 1, 2, 1, 3, 0, 4]), lenient)

    return make
