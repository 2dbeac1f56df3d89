"""Outfits that are read in blocks, concatenated as columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import DataError


class OutfitBlock(NamedTuple):
    """A block of outfits of a file.

    Args:
        outfits: One row an outfit: ``outfit_id`` and further columns.
        sizes: Number of items of each outfit.
        rows: One row for each item of an outfit, outfit after outfit: ``item_id`` and further
            columns of the item.
    """

    outfits: pa.Table
    sizes: np.ndarray
    rows: pa.Table


@dataclass(frozen=True, eq=False)
class Gathered:
    """All outfits of a file and their items.

    Args:
        outfits: One row an outfit: ``outfit_id`` and further columns.
        ptr: Offsets [B + 1].
        item_id: Position in ``items`` of each item of an outfit [N].
        items: One row an item, in the order of first appearance: ``item_id`` and the
            columns of its first row.
    """

    outfits: pa.Table
    ptr: np.ndarray
    item_id: np.ndarray
    items: pa.Table

    def over(self, items: ItemTable) -> tuple[Outfits, pd.DataFrame]:
        """The outfits over an item table with the rows of ``items``, and their columns."""
        columns = self.outfits.to_pandas()
        ids = pd.Index(columns.pop("outfit_id")).astype(str).rename(None)
        ptr, item_id = torch.from_numpy(self.ptr), torch.from_numpy(self.item_id)
        return Outfits(items, ptr, item_id, ids), columns


def gather(file: Path, blocks: Iterable[OutfitBlock], limit: int | None = None) -> Gathered:
    """Concatenate blocks of outfits.

    Text columns of items are dictionary-encoded, so that memory grows by a few bytes for each item
    of an outfit. Outfits without items are skipped.

    Args:
        file: Their file, for errors.
        blocks: The blocks, read one at a time.
        limit: Largest number of outfits to read.

    Raises:
        DataError: If there is no outfit, or two have one identifier.
    """
    outfits, sizes, rows, count = [], [], [], 0
    for block in blocks:
        some = np.flatnonzero(block.sizes)[: None if limit is None else limit - count]
        sizes.append(block.sizes[some])
        outfits.append(block.outfits.take(pa.array(some)))
        rows.append(_encoded(block.rows.slice(0, int(sizes[-1].sum()))))
        count += len(some)
        if count == limit:
            break
    if not count:
        raise DataError("needs an outfit of one item at least (has none)", file=file)
    table = pa.concat_tables(outfits)
    ids = table["outfit_id"].to_pandas()
    again = ids.duplicated()
    if again.any():
        raise DataError(f"outfits need different ids (got {ids[again].iloc[0]!r} again)", file)
    ptr = np.append(0, np.concatenate(sizes).cumsum()).astype(np.int64)
    return Gathered(table, ptr, *_items(pa.concat_tables(rows).unify_dictionaries()))


def item_table(items: pa.Table) -> ItemTable:
    """Item table of the columns ``item_id`` and ``category``; an empty category is ``-1``."""
    blank = pc.equal(items["category"], "")
    category = pd.Categorical(pc.if_else(blank, None, items["category"]).to_pandas())
    return ItemTable(
        ids=pd.Index(items["item_id"].to_pandas()).astype(str).rename(None),
        category_id=torch.from_numpy(category.codes.astype(np.int64)),
        categories=category.categories.tolist(),
        columns=items.drop_columns(["item_id", "category"]).to_pandas(),
    )


def _encoded(rows: pa.Table) -> pa.Table:
    """The table with dictionary-encoded text."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            rows = rows.set_column(index, field.name, rows[index].dictionary_encode())
    return rows


def _items(rows: pa.Table) -> tuple[np.ndarray, pa.Table]:
    """Item of each row, numbered by first appearance, and the first row of each item."""
    codes = [chunk.indices.to_numpy() for chunk in rows["item_id"].chunks]
    item_id = np.concatenate(codes).astype(np.int64)
    highest = np.maximum.accumulate(item_id)  # codes count up from 0 as values appear
    first = rows.take(pa.array(np.flatnonzero(np.diff(highest, prepend=-1))))
    for index, field in enumerate(first.schema):
        if pa.types.is_dictionary(field.type):
            first = first.set_column(index, field.name, first[index].cast(field.type.value_type))
    return item_id, first
