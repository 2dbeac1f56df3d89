"""Checked rows of a table of outfits in long form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.checked_rows import CheckedRows
from fashiongraph.datasets.io.item_rows import ItemRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError

WEIGHTS = ("weight", "likes", "clicks")
"""Columns that weigh outfits in training; the latter two are counts."""


class OutfitRows(CheckedRows):
    """Rows of an outfit and one of its items each.

    Args:
        table: The rows of all outfits, n of them.
        items: The items.
        problems: Collects broken rules.

    Attributes:
        weight_column: The column that weighs the outfits, or :obj:`None`.

    Raises:
        DataError: If the table has two columns of weights.
    """

    def __init__(self, table: Table, items: ItemRows, problems: Problems) -> None:
        super().__init__(table, problems)
        self.items = items
        self._outfit, self._ids = table.encode("outfit_id")
        code, ids = table.encode("item_id")
        self._item = pc.index_in(ids, value_set=items.ids).fill_null(-1).to_numpy()[code]
        self.drop_blank("outfit_id")
        self.drop_blank("item_id")
        self.drop(
            self._item < 0,
            lambda i: f"'item_id' needs to be in {items.table.path.name} (got {self._item_id(i)})",
        )
        if "split" in table:
            self._check_split()
        self._order: tuple[np.ndarray, ...] = (self._outfit,)
        if "position" in table:
            position = self._numbers("position", "a finite number", -np.inf)
            self._order = (position, self._outfit)  # the last is the main key
        found = [name for name in WEIGHTS if name in table]
        if len(found) > 1:
            names = " and ".join(found)
            raise DataError(f"one column of weights is needed (got {names})", table.path, row=1)
        self.weight_column = found[0] if found else None
        if self.weight_column is not None:
            self._weight = self._numbers(self.weight_column, "a number of at least 0", 0)
            self._check_equal(self.weight_column, self._weight)
        pair = self._outfit.astype(np.int64) * len(items.ids) + self._item
        pair[~self.kept] = -1
        self.drop(
            _repeated(pair),
            lambda i: (
                f"an outfit needs different items (got {self._item_id(i)} again "
                f"in {self._outfit_id(i)})"
            ),
        )
        self.drop(
            np.bincount(self._outfit)[self._outfit] == 1,
            lambda i: f"an outfit needs at least two items (got one in {self._outfit_id(i)})",
        )

    def drop_consequences(self) -> None:
        """Drop rows whose item was dropped, and outfits that have one item left.

        Raises:
            DataError: If no outfit is left.
        """
        self.drop(
            self.items.row_of_id[self._item] < 0,
            lambda i: f"{self._item_id(i)} was dropped from {self.items.table.path.name}",
        )
        self.drop(
            np.bincount(self._outfit[self.kept], minlength=len(self._ids))[self._outfit] == 1,
            lambda i: f"an outfit needs at least two items (one is left in {self._outfit_id(i)})",
        )
        if not self.kept.any():
            self.problems.check("no outfit is left: ")

    def outfits(self, items: ItemTable) -> tuple[Outfits, pd.DataFrame]:
        """The outfits of the kept rows in the order of their first row, and their columns.

        Args:
            items: The kept items.
        """
        rows = np.flatnonzero(self.kept)
        keys = [key[rows] for key in self._order]
        if len(keys) > 1 or (keys[0][1:] < keys[0][:-1]).any():  # not in order as it is
            rows = rows[np.lexsort(keys)]
        del keys
        sizes = np.bincount(self._outfit[rows], minlength=len(self._ids))
        ids = self._ids.filter(pa.array(sizes > 0)).to_pandas()
        sizes = sizes[sizes > 0]
        ptr = np.append(0, sizes.cumsum())
        columns = pd.DataFrame(index=range(len(sizes)))
        if "split" in self.table:
            split = self.table.columns["split"].take(pa.array(rows[ptr[:-1]]))
            columns["split"] = split.cast(pa.large_string()).to_pandas()
        if "user" in self.table:
            user = self.table.columns["user"].take(pa.array(rows[ptr[:-1]]))
            user = user.cast(pa.large_string()).to_pandas()
            columns["user"] = user.where(user != "", None)
        weight = None
        if self.weight_column is not None:
            value = self._weight[rows[ptr[:-1]]]
            value = value if self.weight_column == WEIGHTS[0] else 1 + np.log1p(value)
            weight = torch.from_numpy(value)
        item_id = torch.from_numpy(self.items.row_of_id[self._item[rows]])
        index = pd.Index(ids).astype(str)
        return Outfits(items, torch.from_numpy(ptr), item_id, index, weight), columns

    def _check_split(self) -> None:
        self.drop_blank("split")
        code, _ = self.table.encode("split")
        self._check_equal("split", code)

    def _check_equal(self, name: str, value: np.ndarray) -> None:
        """Drop the rows whose value differs from that of their outfit's first row."""
        first = np.zeros(len(self._ids), np.int64)
        rows = np.flatnonzero(self.kept)[::-1]
        first[self._outfit[rows]] = rows  # the last assignment, by an outfit's first row, stays
        self.drop(
            value != value[first][self._outfit],
            lambda i: (
                f"an outfit needs one {name} (got {self.value(name, i)} after "
                f"{self.value(name, int(first[self._outfit[i]]))} in {self._outfit_id(i)})"
            ),
        )

    def _numbers(self, name: str, rule: str, lowest: float) -> np.ndarray:
        """A column as finite numbers; rows without one, or with one below a bound, are dropped."""
        column = self.table.columns[name]
        number: np.ndarray = np.full(len(self.table), np.nan)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            number = column.to_numpy()
        elif pa.types.is_large_string(column.type):
            number = pd.to_numeric(column.to_pandas(), errors="coerce").to_numpy()
        self.drop(
            ~(np.isfinite(number) & (number >= lowest)),
            lambda i: f"{name!r} needs {rule} (got {self.value(name, i)})",
        )
        return number

    def _item_id(self, position: int) -> str:
        return f"item {self.value('item_id', position)}"

    def _outfit_id(self, position: int) -> str:
        return f"outfit {self.value('outfit_id', position)}"


def _repeated(key: np.ndarray) -> np.ndarray:
    """Whether a value has occurred before [n]."""
    # Sorting takes a tenth of the time of hashing, and most tables repeat nothing.
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros(len(key), dtype=bool)
    return pd.Series(key).duplicated().to_numpy()
