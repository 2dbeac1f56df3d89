"""Outfits as a ragged array over an item table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.checks import checked_weights, integers
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError


class Outfits:
    """Ragged array of outfits: outfit ``o`` has the items ``item_id[ptr[o]:ptr[o + 1]]``.

    Args:
        items: The item table that ``item_id`` indexes.
        ptr: Offsets [B + 1], non-decreasing from 0 to N, of any integer type; converted to int64.
        item_id: Rows of the item table, outfit after outfit [N], of any integer type.
        ids: Outfit identifiers [B]; by default their positions.
        weight: Weights in training [B], of any scale: an outfit is visited in proportion to its
            weight. By default all outfits are visited equally often.

    Raises:
        FashionGraphError: If the offsets or rows do not fit each other or are no integers, or a
            weight is negative or not finite.

    Example:
        >>> from fashiongraph.data import ItemTable
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"]])
        >>> outfits, outfits.ptr.tolist(), outfits.item_id.tolist()
        (Outfits(2 outfits, 5 rows), [0, 2, 5], [0, 1, 0, 1, 2])
        >>> outfits.select([1]).sizes.tolist()
        [3]
    """

    def __init__(
        self,
        items: ItemTable,
        ptr: Tensor,
        item_id: Tensor,
        ids: pd.Index[str] | None = None,
        weight: Tensor | None = None,
    ) -> None:
        ptr, item_id = integers("ptr", ptr), integers("item_id", item_id)
        if ptr.numel() == 0 or int(ptr[0]) != 0 or int(ptr[-1]) != item_id.numel():
            raise FashionGraphError(
                f"'ptr' needs to run from 0 to the number of rows, {item_id.numel()} "
                f"(got {ptr.tolist()[:1]} to {ptr.tolist()[-1:]})"
            )
        if bool((ptr[1:] < ptr[:-1]).any()):
            raise FashionGraphError("'ptr' needs to be non-decreasing")
        if item_id.numel() and not 0 <= int(item_id.min()) <= int(item_id.max()) < len(items):
            raise FashionGraphError(
                f"'item_id' needs to lie in [0, {len(items)}) "
                f"(got {int(item_id.min())} to {int(item_id.max())})"
            )
        if ids is not None and len(ids) != ptr.numel() - 1:
            raise FashionGraphError(
                f"'ids' needs one identifier per outfit (got {len(ids)} for {ptr.numel() - 1})"
            )
        self.items = items
        self.ptr = ptr
        self.item_id = item_id
        self._ids = ids
        self.weight = None if weight is None else checked_weights(weight, len(self))

    @classmethod
    def from_lists(cls, items: ItemTable, outfits: Sequence[Sequence[str]]) -> Outfits:
        """Make outfits from lists of item identifiers.

        Args:
            items: The item table.
            outfits: Item identifiers of each outfit.

        Raises:
            FashionGraphError: If an item is not in the table.
        """
        sizes = torch.tensor([len(outfit) for outfit in outfits], dtype=torch.long)
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        return cls(items, ptr, items.rows([i for outfit in outfits for i in outfit]))

    @classmethod
    def from_frame(cls, items: ItemTable, frame: pd.DataFrame) -> Outfits:
        """Make outfits from a long table with the columns ``outfit_id`` and ``item_id``.

        Outfits are in the order of their first row. Items of an outfit are sorted by the column
        ``position`` if the table has one, and are otherwise in the order of rows.

        Args:
            items: The item table.
            frame: One row per item of an outfit.

        Raises:
            FashionGraphError: If a column or an entry is missing, an item is not in the item
                table, or a position is not a finite number.

        Example:
            >>> import pandas as pd
            >>> from fashiongraph.data import ItemTable
            >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
            >>> frame = pd.DataFrame({"outfit_id": ["x", "y", "x"], "item_id": ["b", "a", "a"]})
            >>> Outfits.from_frame(items, frame).item_id.tolist()
            [1, 0, 0]
        """
        for name in ("outfit_id", "item_id"):
            if name not in frame:
                raise FashionGraphError(
                    f"'frame' needs a column {name!r} (got {', '.join(map(str, frame.columns))})"
                )
            if frame[name].isna().any():
                row = int(frame[name].isna().argmax())
                raise FashionGraphError(
                    f"'frame' needs a {name!r} in every row (row {row} has none)"
                )
        code, ids = pd.factorize(frame["outfit_id"].astype(str))
        order = np.lexsort((_positions(frame), code) if "position" in frame else (code,))
        sizes = np.bincount(code, minlength=len(ids))
        ptr = torch.from_numpy(np.append(0, sizes.cumsum()).astype(np.int64))
        rows = items.rows(pd.Index(frame["item_id"]))
        return cls(items, ptr, rows[torch.from_numpy(order)], pd.Index(ids))

    def to_frame(self) -> pd.DataFrame:
        """Convert to the long table that :meth:`from_frame` reads; empty outfits have no row."""
        outfit_id = self.ids[self.batch.numpy()].to_numpy(object)
        item_id = self.items.ids[self.item_id.numpy()].to_numpy(object)
        return pd.DataFrame({"outfit_id": outfit_id, "item_id": item_id})

    def __len__(self) -> int:
        return self.ptr.numel() - 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} outfits, {self.item_id.numel()} rows)"

    @property
    def sizes(self) -> Tensor:
        """Number of items per outfit [B]."""
        return self.ptr[1:] - self.ptr[:-1]

    @cached_property
    def ids(self) -> pd.Index[str]:
        """Outfit identifiers [B]."""
        # Lazy: most batches never need their identifiers.
        return _numbers(len(self)) if self._ids is None else self._ids

    @cached_property
    def batch(self) -> Tensor:
        """Index of the outfit of each row [N]."""
        return torch.repeat_interleave(torch.arange(len(self)), self.sizes)

    @property
    def category_id(self) -> Tensor:
        """Category of each row [N]."""
        return self.items.category_id[self.item_id]

    @property
    def frequency(self) -> Tensor:
        """Number of these outfits with each item of the table [n]."""
        num_items, ptr = len(self.items), self.ptr.numpy()
        count = np.bincount(self.item_id.numpy(), minlength=num_items)
        for block in row_blocks(self.ptr):
            ends = ptr[block.start : block.stop + 1]
            outfit = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
            key = np.sort(outfit * num_items + self.item_id[ends[0] : ends[-1]].numpy())
            again = key[1:][key[1:] == key[:-1]] % num_items  # repeated within an outfit
            np.subtract.at(count, again, 1)
        return torch.from_numpy(count)

    def rows_of(self, index: Tensor) -> Tensor:
        """Indices into ``item_id`` of the outfits ``index`` [B'], outfit after outfit."""
        sizes = self.ptr[index + 1] - self.ptr[index]
        rows = torch.repeat_interleave(self.ptr[index] - (sizes.cumsum(0) - sizes), sizes)
        rows += torch.arange(rows.numel())  # in place, to save memory
        return rows

    def select(self, index: Tensor | np.ndarray | slice | Sequence[int]) -> Outfits:
        """Select outfits by position or by a boolean mask.

        A slice without a step copies no rows.

        Args:
            index: Positions, a mask [B] or a slice.
        """
        if isinstance(index, slice) and index.step in (None, 1):
            first, last, _ = index.indices(len(self))
            ptr = self.ptr[first : max(first, last) + 1]
            item_id = self.item_id[int(ptr[0]) : int(ptr[-1])]
            weight = None if self.weight is None else self.weight[index]
            # The numbers of the first outfits are those of the selection.
            ids = None if self._ids is None and first == 0 else self.ids[index]
            return Outfits(self.items, ptr - ptr[0], item_id, ids, weight)
        if not isinstance(index, slice):
            index = torch.as_tensor(index)
            index = index if index.numel() else index.long()  # an empty list makes a float tensor
        chosen = torch.arange(len(self))[index]
        sizes = self.ptr[chosen + 1] - self.ptr[chosen]
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        item_id = self.item_id.new_empty(int(ptr[-1]))
        for block in row_blocks(ptr):
            rows = slice(int(ptr[block.start]), int(ptr[block.stop]))
            item_id[rows] = self.item_id[self.rows_of(chosen[block])]
        weight = None if self.weight is None else self.weight[chosen]
        return Outfits(self.items, ptr, item_id, self.ids[chosen.numpy()], weight)

    def with_items(self, items: ItemTable) -> Outfits:
        """The same outfits over another table with the same rows."""
        return Outfits(items, self.ptr, self.item_id, self._ids, self.weight)

    def with_frequency(self) -> Outfits:
        """The same outfits over an item table with the frequencies of these outfits."""
        return self.with_items(self.items.with_frequency(self.frequency))


def _positions(frame: pd.DataFrame) -> np.ndarray:
    """The column ``position`` as numbers, since text would sort 10 before 2."""
    position = pd.to_numeric(frame["position"], errors="coerce")
    finite = np.isfinite(position.to_numpy(dtype=np.float64, na_value=np.nan))
    if not finite.all():
        row = int(finite.argmin())
        raise FashionGraphError(
            "'frame' needs a finite number as 'position' in every row "
            f"(row {row} has {frame['position'].iloc[row]!r})"
        )
    return position.to_numpy()


def _numbers(count: int) -> pd.Index[str]:
    """The strings "0", "1", … without a Python object for each."""
    numbers = pd.Index(pd.Series(np.arange(count), dtype="int64[pyarrow]"))
    texts: pd.Index[str] = numbers.astype(str)
    return texts


def row_blocks(ptr: Tensor, block_size: int = 1 << 18) -> Iterator[slice]:
    """Consecutive outfits in blocks of a bounded number of rows, which bounds temporary memory.

    Args:
        ptr: Offsets of the outfits [B + 1].
        block_size: Number of rows after which a block ends; a larger outfit is one block.

    Yields:
        Slices of outfits.

    Example:
        >>> import torch
        >>> list(row_blocks(torch.tensor([0, 2, 3, 5]), block_size=3))
        [slice(0, 2, None), slice(2, 3, None)]
    """
    ends = ptr.numpy()
    starts = np.searchsorted(ends, np.arange(0, ends[-1], block_size))
    for first, last in pairwise(np.unique([*starts, len(ends) - 1]).tolist()):
        yield slice(first, last)
