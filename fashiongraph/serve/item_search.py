"""Search among the items of a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.stylist import allowed_items

_MOST_VALUES = 30  # of a column that becomes a menu
_NO_FILTER = ("image", "title", "url", "description", "category")
_MOST_FILTERS = 8
_KEPT = 32  # searches


@dataclass(frozen=True)
class ColumnFilter:
    """Column by whose values items are chosen.

    Args:
        name: The column.
        values: Its values, the most frequent first; none for a column of numbers.
        least: Smallest number of a column of numbers.
        most: Largest one.
    """

    name: str
    values: Sequence[str] = ()
    least: float | None = None
    most: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return self.least is not None


class ItemSearch:
    """Search among the items of a catalogue by words and conditions.

    Args:
        items: The items.

    Example:
        >>> frame = pd.DataFrame({"title": ["red coat", "blue coat"], "price": [80, 60]})
        >>> items = ItemTable.from_lists(["a", "b"], ["coat", "coat"], columns=frame)
        >>> ItemSearch(items).find("coat RED").tolist()
        [0]
        >>> ItemSearch(items).find("", where=["price < 70"]).tolist()
        [1]
    """

    def __init__(self, items: ItemTable) -> None:
        self.items = items
        # The pages of a grid, and the steps of a person, repeat the same search.
        self._cached = lru_cache(maxsize=_KEPT)(self._find)
        names = np.array([*items.categories, ""], dtype=object)  # -1 is no category
        joined = (
            pd.Series(items.ids.astype(str)) + " " + pd.Series(names[items.category_id.numpy()])
        )
        for name in items.columns:
            column = items.columns[name]
            if name != "image" and pd.api.types.is_string_dtype(column.dropna()):
                joined += " " + column.reset_index(drop=True).fillna("").astype(str)
        self._text = pa.array(joined.astype(str).str.lower(), type=pa.large_string())

    def find(
        self, text: str, category: str = "", where: Sequence[str] = (), unless: Sequence[str] = ()
    ) -> torch.Tensor:
        """Rows of the items that hold all words and meet all conditions, in their order [m].

        Args:
            text: Words, or parts of words, in any order.
            category: Category; empty for any.
            where: Conditions that hold.
            unless: Conditions of which none holds.

        Raises:
            FashionGraphError: If a condition cannot be read or evaluated.
        """
        return self._cached(text, category, tuple(where), tuple(unless))

    def _find(
        self, text: str, category: str, where: Sequence[str], unless: Sequence[str]
    ) -> torch.Tensor:
        conditions = [*where, *([f"category = {category}"] if category else [])]
        found = allowed_items(self.items, conditions, unless)
        for word in text.lower().split():
            matches = pc.match_substring(self._text, word)
            found &= torch.from_numpy(matches.to_numpy(zero_copy_only=False).copy())
        return torch.nonzero(found).flatten()

    @cached_property
    def filters(self) -> list[ColumnFilter]:
        """Columns to filter by: numbers, and texts of few values."""
        found = []
        for name in map(str, self.items.columns):
            column = self.items.columns[name].dropna()
            if name in _NO_FILTER or not len(column) or not name.replace("_", "").isalnum():
                continue
            if pd.api.types.is_bool_dtype(column):
                continue
            if pd.api.types.is_numeric_dtype(column):
                low, high = float(column.min()), float(column.max())
                if low < high:
                    found.append(ColumnFilter(name, (), low, high))
            elif pd.api.types.is_string_dtype(column):
                count = column.astype(str).value_counts()
                if 1 < len(count) <= _MOST_VALUES:
                    found.append(ColumnFilter(name, [str(value) for value in count.index]))
        return found[:_MOST_FILTERS]
