"""What an index knows of its items beside their vectors."""

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
from fashiongraph.errors import FashionGraphError

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-][0-9]{2,3})?")
"""A number as Python writes it: 007, 1_000 and 1E3 are codes."""


def find_values(texts: pd.Index[str], wanted: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Find values among texts that may write them otherwise.

    A table's ``38`` may have become 38.0 and its ``2024-01-05`` a time at midnight before they were
    texts again. A value that is there as it is written is taken so; only another is looked for by
    its number, its date or time, or as true or false.

    Args:
        texts: Distinct texts [n].
        wanted: The values.

    Returns:
        Which texts are one of the values [n], and the values that none of them is.
    """
    found = np.asarray(texts.isin(wanted), bool)
    others = dict.fromkeys(wanted)
    for text in texts[found]:
        others.pop(text)
    if not others:
        return found, []
    meant = [_meaning(text) for text in texts]
    sought = {_meaning(value) for value in others}
    found |= np.fromiter((value in sought for value in meant), bool, len(meant))
    known = set(meant)
    return found, [value for value in others if _meaning(value) not in known]


def _meaning(text: str) -> Decimal | datetime | str:
    if _NUMBER.fullmatch(text):
        return Decimal(text)  # and no float, which would make one of large identifiers
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text.lower() if text.lower() in ("true", "false") else text


Filter = Mapping[str, Any]


class IndexTable:
    """Identifiers and columns by row. A removed item's row stays, and is never given again.

    Args:
        ids: Item identifiers [n].
        columns: ``category`` and any others, as categorical text; missing values stay missing.
        present: Whether the item is still there [n].
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
            FashionGraphError: If an item is there already, or the columns differ.
        """
        there = items.ids.isin(self.ids[self.present])
        if there.any():
            raise FashionGraphError(
                f"'items' needs items that the index does not hold (got "
                f"{items.ids[int(there.argmax())]!r})"
            )
        columns = _columns(items)
        start = len(self.ids)
        if start and list(columns) != list(self.columns):
            raise FashionGraphError(
                f"'items' needs the columns {_listed(self.columns)} (got {_listed(columns)})"
            )
        # Categories of text differ between tables; as text they join.
        texts = [self.columns.astype(object), columns] if start else [columns]
        self.ids = self.ids.append(items.ids.astype(str))
        self.columns = pd.concat(texts, ignore_index=True).astype("category")
        self.present = np.append(self.present, np.ones(len(items), bool))
        return np.arange(start, len(self.ids), dtype=np.int64)

    def remove(self, ids: Sequence[str]) -> np.ndarray:
        """Remove items and return their rows.

        Raises:
            FashionGraphError: If one is not there.
        """
        rows = self.rows(ids)
        self.present[rows] = False
        return rows

    def rows(self, ids: Sequence[str]) -> np.ndarray:
        """Rows of items that are there.

        Raises:
            FashionGraphError: If one is not.
        """
        here = np.flatnonzero(self.present)
        place = self.ids[here].get_indexer(pd.Index(ids, dtype=str))
        if (place < 0).any():
            raise FashionGraphError(
                f"'ids' needs items of the index (got {ids[int((place < 0).argmax())]!r})"
            )
        return here[place].astype(np.int64)

    def allowed(self, where: Filter, unless: Filter) -> np.ndarray:
        """Which rows a filter allows [n]; see :meth:`ItemIndex.search`.

        Raises:
            FashionGraphError: If a column is unknown, or holds a value of ``where`` nowhere.
        """
        allowed = self.present.copy()
        for name, values in where.items():
            held, texts, lacking = self._holds(name, values)
            if lacking:
                some = ", ".join(texts[:5]) + (", …" if len(texts) > 5 else "")
                raise FashionGraphError(
                    f"a filter by {name!r} needs values that it holds: {some} (got {lacking[0]!r})"
                )
            allowed &= held
        for name, values in unless.items():
            allowed &= ~self._holds(name, values)[0]
        return allowed

    def save(self, folder: Path) -> None:
        """Write the table into a folder."""
        self.columns.to_parquet(folder / "columns.parquet", index=False)
        pd.DataFrame({"item_id": self.ids, "present": self.present}).to_parquet(
            folder / "items.parquet", index=False
        )

    @classmethod
    def load(cls, folder: Path) -> IndexTable:
        """Read what :meth:`save` wrote."""
        items = pd.read_parquet(folder / "items.parquet")
        columns = pd.read_parquet(folder / "columns.parquet").astype("category")
        return cls(pd.Index(items["item_id"]), columns, items["present"].to_numpy(bool, copy=True))

    def _holds(self, name: str, values: Any) -> tuple[np.ndarray, pd.Index[str], list[str]]:
        """Which rows hold one of some values [n], what there is, and the values that none holds."""
        scalar = pd.api.types.is_scalar(values)
        wanted = [str(value) for value in ([values] if scalar else values)]
        if name == "item_id":  # as it stands: 007 is not 7
            lacking = [value for value in wanted if value not in self.ids]
            return self.ids.isin(wanted), self.ids, lacking
        if name not in self.columns:
            known = f"item_id, {_listed(self.columns)}"
            raise FashionGraphError(f"a filter needs a column of the items: {known} (got {name!r})")
        column = self.columns[name].cat
        found, lacking = find_values(column.categories, wanted)
        # The last entry is of code -1, a missing value.
        return np.append(found, False)[column.codes.to_numpy()], column.categories, lacking


def _columns(items: ItemTable) -> pd.DataFrame:
    """Category and further columns as text; missing values stay missing."""
    names = np.array([*items.categories, None], object)  # the last, -1, is no category
    category = pd.Series(names[items.category_id.numpy()], dtype=object)
    texts = {
        name: column.map(_text(column), na_action="ignore").astype(object).reset_index(drop=True)
        for name, column in items.columns.items()
    }
    return pd.DataFrame({"category": category, **{str(name): text for name, text in texts.items()}})


def _text(column: pd.Series[Any]) -> Callable[[Any], str]:
    """How a value is written; pandas hands narrow floats over as wide ones, 9.9 as 9.8999996."""
    kind = getattr(column.dtype, "numpy_dtype", column.dtype)  # of nullable and Arrow columns
    narrow = kind if kind in (np.float16, np.float32) else None
    return str if narrow is None else lambda value: str(narrow.type(value))


def _listed(columns: pd.DataFrame) -> str:
    return ", ".join(map(str, columns))
