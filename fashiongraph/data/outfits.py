"""Outfits as one ragged array over an item table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.checks import integers
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.questions.compatibility import Compatibility
    from fashiongraph.data.questions.fill_in_blank import FillInBlank


class Outfits:
    """Outfits of any sizes: outfit ``o`` holds the items ``item_id[ptr[o]:ptr[o + 1]]``.

    Args:
        items: The item table that ``item_id`` indexes.
        ptr: Offsets [B + 1], from 0 to N, not decreasing, of any integer type; kept as int64.
        item_id: Rows of the item table, outfit after outfit [N], as ``ptr``.
        ids: Outfit identifiers [B]; by default their positions.

    Raises:
        FashionGraphError: If the offsets or rows do not fit each other or are no integers.
    """

    def __init__(
        self,
        items: ItemTable,
        ptr: Tensor,
        item_id: Tensor,
        ids: pd.Index[str] | None = None,
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

    @classmethod
    def from_lists(cls, items: ItemTable, outfits: Sequence[Sequence[str]]) -> Outfits:
        """Make outfits from lists of item identifiers."""
        sizes = torch.tensor([len(outfit) for outfit in outfits], dtype=torch.long)
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        return cls(items, ptr, items.rows([i for outfit in outfits for i in outfit]))

    @classmethod
    def from_frame(cls, items: ItemTable, frame: pd.DataFrame) -> Outfits:
        """Make outfits from a long table with the columns ``outfit_id`` and ``item_id``.

        Outfits keep the order of their first row. Within an outfit items are ordered by the
        column ``position`` where there is one, else by row.

        Raises:
            FashionGraphError: If one of the two or an entry of them is missing, an item unknown, or
                a position no finite number.
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
        """A long table with the columns ``outfit_id`` and ``item_id``, as :meth:`from_frame` reads.

        Outfits without items have no row.
        """
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
        # Positions are written out when they are read: most batches are never asked for them.
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
        """Number of these outfits that hold the item, for every item of the table [n]."""
        num_items, ptr = len(self.items), self.ptr.numpy()
        count = np.bincount(self.item_id.numpy(), minlength=num_items)
        for block in row_blocks(self.ptr):
            ends = ptr[block.start : block.stop + 1]
            outfit = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
            key = np.sort(outfit * num_items + self.item_id[ends[0] : ends[-1]].numpy())
            again = key[1:][key[1:] == key[:-1]] % num_items  # more than once in one outfit
            np.subtract.at(count, again, 1)
        return torch.from_numpy(count)

    def rows_of(self, index: Tensor) -> Tensor:
        """Positions in ``item_id`` of the rows of the outfits ``index``, outfit after outfit."""
        sizes = self.ptr[index + 1] - self.ptr[index]
        rows = torch.repeat_interleave(self.ptr[index] - (sizes.cumsum(0) - sizes), sizes)
        rows += torch.arange(rows.numel())  # in place: of a large set each copy counts
        return rows

    def select(self, index: Tensor | np.ndarray | slice | Sequence[int]) -> Outfits:
        """The outfits at the given positions, or where a boolean mask holds.

        Neighbours, by a slice without a step, cost no more than where they begin and end.
        """
        if isinstance(index, slice) and index.step in (None, 1):
            first, last, _ = index.indices(len(self))
            ptr = self.ptr[first : max(first, last) + 1]
            item_id = self.item_id[int(ptr[0]) : int(ptr[-1])]
            return Outfits(self.items, ptr - ptr[0], item_id, self.ids[index])
        if not isinstance(index, slice):
            index = torch.as_tensor(index)
            index = index if index.numel() else index.long()  # an empty list makes floats
        chosen = torch.arange(len(self))[index]
        sizes = self.ptr[chosen + 1] - self.ptr[chosen]
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        item_id = self.item_id.new_empty(int(ptr[-1]))
        for block in row_blocks(ptr):
            rows = slice(int(ptr[block.start]), int(ptr[block.stop]))
            item_id[rows] = self.item_id[self.rows_of(chosen[block])]
        return Outfits(self.items, ptr, item_id, self.ids[chosen.numpy()])

    @overload
    def questions(
        self,
        kind: Literal["fitb"],
        protocol: str = "uniform",
        columns: Sequence[str] = (),
        seed: int = 0,
    ) -> FillInBlank: ...

    @overload
    def questions(
        self,
        kind: Literal["compatibility"],
        protocol: str = "uniform",
        columns: Sequence[str] = (),
        seed: int = 0,
    ) -> Compatibility: ...

    @overload
    def questions(
        self, kind: str, protocol: str = "uniform", columns: Sequence[str] = (), seed: int = 0
    ) -> Compatibility | FillInBlank: ...

    def questions(
        self, kind: str, protocol: str = "uniform", columns: Sequence[str] = (), seed: int = 0
    ) -> Compatibility | FillInBlank:
        """Draw questions about these outfits.

        Args:
            kind: ``"fitb"`` or ``"compatibility"``.
            protocol: ``"uniform"``, ``"uniform_category"``, ``"same_category"``,
                ``"same_columns"`` or ``"matched"``.
            columns: Columns that ``"same_columns"`` and ``"matched"`` strangers share with what
                they replace.
            seed: Seed of the questions.

        See :func:`fashiongraph.evaluation.draw_questions.draw_questions`.
        """
        from fashiongraph.evaluation.draw_questions import draw_questions

        return draw_questions(self, kind, protocol, columns, seed)

    def with_items(self, items: ItemTable) -> Outfits:
        """The same outfits over another table with the same rows."""
        return Outfits(items, self.ptr, self.item_id, self._ids)

    def with_frequency(self) -> Outfits:
        """The same outfits, their item table carrying the frequencies counted on them."""
        return self.with_items(self.items.with_frequency(self.frequency))


def _positions(frame: pd.DataFrame) -> np.ndarray:
    """The column ``position`` as numbers: as text, 10 would come before 2."""
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
    """``"0"``, ``"1"`` and so on, without a Python object for each."""
    numbers = pd.Index(pd.Series(np.arange(count), dtype="int64[pyarrow]"))
    texts: pd.Index[str] = numbers.astype(str)
    return texts


_ROWS = 1 << 18


def row_blocks(ptr: Tensor) -> Iterator[slice]:
    """Runs of outfits that hold about 260,000 rows each, or one outfit of more.

    What is worked out for every row, block after block, takes little memory beside the rows of a
    large set, which a single pass over all of them would hold several times over.

    Args:
        ptr: Offsets of the outfits [B + 1].
    """
    ends = ptr.numpy()
    starts = np.searchsorted(ends, np.arange(0, ends[-1], _ROWS))
    for first, last in pairwise(np.unique([*starts, len(ends) - 1]).tolist()):
        yield slice(first, last)
