"""Table of the items of an index, with filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import check_regular

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-][0-9]{2,3})?")
"""Canonical form of a number; 007, 1_000 and 1E3 are codes, not numbers."""


def find_values(texts: pd.Index[str], wanted: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Match values with texts, by spelling first, then by meaning.

    In a table, ``38`` may have been converted to 38.0 and ``2024-01-05`` to a time at midnight. A
    value that occurs literally matches only its own spelling; any other value is matched as a
    number, a date or time, or a truth value.

    Args:
        texts: Distinct texts [n].
        wanted: The values.

    Returns:
        A mask of the texts that match a value [n], and the values without a match.

    Example:
        >>> find_values(pd.Index(["38.0", "M"]), ["38", "XL"])
        (array([ True, False]), ['XL'])
    """
    found = np.asarray(texts.isin(wanted), bool)
    remaining = dict.fromkeys(wanted)
    for text in texts[found]:
        remaining.pop(text)
    if not remaining:
        return found, []
    meanings = [_meaning(text) for text in texts]
    wanted_meanings = {_meaning(value) for value in remaining}
    found |= np.fromiter((m in wanted_meanings for m in meanings), bool, len(meanings))
    present = set(meanings)
    return found, [value for value in remaining if _meaning(value) not in present]


def _meaning(text: str) -> Decimal | datetime | str:
    if _NUMBER.fullmatch(text):
        return Decimal(text)  # float would round large identifiers
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text.lower() if text.lower() in ("true", "false") else text


Filter = Mapping[str, Any]
"""Values by column, each one value or several alternatives."""


class IndexTable:
    """Identifiers and columns of the items of an index, by row.

    The row of a removed item stays in the table and is not used again.

    Args:
        ids: Item identifiers [n].
        columns: ``category`` and further columns, as categorical text; missing values stay missing.
        present: Mask of the items that were not removed [n].
    """

    def __init__(self, ids: pd.Index[str], columns: pd.DataFrame, present: np.ndarray) -> None:
        self.ids = ids
        self.columns = columns
        self.present = present

    @classmethod
    def empty(cls) -> IndexTable:
        """A table without items."""
        return cls(pd.Index([], dtype=str), pd.DataFrame(), np.empty(0, bool))

    def append(self, items: ItemTable) -> np.ndarray:
        """Add items and return their rows [len(items)].

        Raises:
            FashionGraphError: If an item is already in the table, or the columns differ.
        """
        duplicate = items.ids.isin(self.ids[self.present])
        if duplicate.any():
            raise FashionGraphError(
                f"'items' needs items that the index does not hold (got "
                f"{items.ids[int(duplicate.argmax())]!r})"
            )
        columns = _columns(items)
        start = len(self.ids)
        if start and list(columns) != list(self.columns):
            raise FashionGraphError(
                f"'items' needs the columns {_listed(self.columns)} (got {_listed(columns)})"
            )
        # Categorical columns of different tables are concatenated as text.
        texts = [self.columns.astype(object), columns] if start else [columns]
        self.ids = self.ids.append(items.ids.astype(str))
        self.columns = pd.concat(texts, ignore_index=True).astype("category")
        self.present = np.append(self.present, np.ones(len(items), bool))
        return np.arange(start, len(self.ids), dtype=np.int64)

    def remove(self, ids: Sequence[str]) -> np.ndarray:
        """Remove items and return their rows.

        Raises:
            FashionGraphError: If an item is not in the table.
        """
        rows = self.rows(ids)
        self.present[rows] = False
        return rows

    def describe(self, items: ItemTable) -> None:
        """Take the columns of all items from a table, whose types may be others than before.

        Args:
            items: A table with the items, in any order.
        """
        place = np.full(len(self.ids), -1)
        place[self.present] = items.ids.get_indexer(self.ids[self.present])
        columns = _columns(items)
        columns.loc[len(columns)] = None  # of removed items
        self.columns = columns.iloc[place].reset_index(drop=True).astype("category")

    def rows(self, ids: Sequence[str]) -> np.ndarray:
        """Rows of items.

        Raises:
            FashionGraphError: If an item is not in the table.
        """
        present = np.flatnonzero(self.present)
        place = self.ids[present].get_indexer(pd.Index(ids, dtype=str))
        if (place < 0).any():
            raise FashionGraphError(
                f"'ids' needs items of the index (got {ids[int((place < 0).argmax())]!r})"
            )
        return present[place].astype(np.int64)

    def allowed(self, where: Filter, unless: Filter) -> np.ndarray:
        """Mask of the rows that a filter allows [n]; see :meth:`ItemIndex.search`.

        Raises:
            FashionGraphError: If a column is unknown or lacks a value of ``where``.
        """
        allowed = self.present.copy()
        for name, values in where.items():
            matches, texts, missing = self._matches(name, values)
            if missing:
                examples = ", ".join(texts[:5]) + (", …" if len(texts) > 5 else "")
                raise FashionGraphError(
                    f"a filter by {name!r} needs values of the column: {examples} "
                    f"(got {missing[0]!r})"
                )
            allowed &= matches
        for name, values in unless.items():
            allowed &= ~self._matches(name, values)[0]
        return allowed

    def save(self, folder: Path) -> None:
        """Write the table into a folder."""
        self.columns.to_parquet(folder / "columns.parquet", index=False)
        pd.DataFrame({"item_id": self.ids, "present": self.present}).to_parquet(
            folder / "items.parquet", index=False
        )

    @classmethod
    def load(cls, folder: Path) -> IndexTable:
        """Read a table that :meth:`save` wrote.

        Raises:
            DataError: If the files do not fit each other.
        """
        for name in ("items.parquet", "columns.parquet"):
            check_regular(folder / name)
        items = pd.read_parquet(folder / "items.parquet")
        columns = pd.read_parquet(folder / "columns.parquet").astype("category")
        if "category" not in columns or len(columns) != len(items):
            raise DataError(
                f"needs a category for each of {len(items)} items", folder / "columns.parquet"
            )
        return cls(pd.Index(items["item_id"]), columns, items["present"].to_numpy(bool, copy=True))

    def _matches(self, name: str, values: Any) -> tuple[np.ndarray, pd.Index[str], list[str]]:
        """Mask of rows with one of the values [n], all texts, and the values without a match."""
        scalar = pd.api.types.is_scalar(values)
        wanted = [str(value) for value in ([values] if scalar else values)]
        if name == "item_id":  # literally: 007 is not 7
            missing = [value for value in wanted if value not in self.ids]
            return self.ids.isin(wanted), self.ids, missing
        if name not in self.columns:
            names = f"item_id, {_listed(self.columns)}"
            raise FashionGraphError(f"a filter needs a column of the items: {names} (got {name!r})")
        column = self.columns[name].cat
        found, missing = find_values(column.categories, wanted)
        # The last entry is for the code -1 of missing values.
        return np.append(found, False)[column.codes.to_numpy()], column.categories, missing


def _columns(items: ItemTable) -> pd.DataFrame:
    """Category and further columns as text; missing values stay missing."""
    names = np.array([*items.categories, None], object)  # -1, the last, is no category
    category = pd.Series(names[items.category_id.numpy()], dtype=object)
    texts = {
        name: column.map(_text(column), na_action="ignore").astype(object).reset_index(drop=True)
        for name, column in items.columns.items()
    }
    return pd.DataFrame({"category": category, **{str(name): text for name, text in texts.items()}})


def _text(column: pd.Series[Any]) -> Callable[[Any], str]:
    """Conversion of values to text; pandas widens narrow floats, so that 9.9 would be 9.8999996."""
    dtype = getattr(column.dtype, "numpy_dtype", column.dtype)  # of nullable and Arrow columns
    narrow = dtype if dtype in (np.float16, np.float32) else None
    return str if narrow is None else lambda value: str(narrow.type(value))


def _listed(columns: pd.DataFrame) -> str:
    return ", ".join(map(str, columns))
