"""Polyvore Outfits as rows of whole numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray
from pyarrow import csv

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.json_rows import arrow_rows, list_of, read_json
from fashiongraph.errors import DataError

Ints = NDArray[np.int64]

#: The types of items; a row says them by their place here.
SEMANTIC_CATEGORIES = (
    *("accessories", "all-body", "bags", "bottoms", "hats", "jewellery"),
    *("outerwear", "scarves", "shoes", "sunglasses", "tops"),
)


def read_items(path: Path) -> ItemTable:
    """Read ``items.json``: a list of identifiers for each type, in the order of the types.

    Raises:
        DataError: If the file is missing or broken, or an item repeats.
    """
    lists = arrow_rows(path, read_json(path, list), list_of(pa.string()))
    if len(lists) != len(SEMANTIC_CATEGORIES):
        raise DataError(
            f"a list for each of the {len(SEMANTIC_CATEGORIES)} types is needed (got {len(lists)})",
            file=path,
        )
    ids = pd.Index(lists.flatten().to_pandas(), dtype=str)
    if not ids.is_unique:
        raise DataError(f"items need to differ (got {ids[ids.duplicated()][0]!r} again)", path)
    category = np.repeat(np.arange(len(lists)), lists.value_lengths().to_numpy())
    return ItemTable(ids, torch.from_numpy(category), list(SEMANTIC_CATEGORIES))


def read_tuples(path: Path, items: ItemTable) -> Outfits:
    """Read rows of a user, a size, and then M items and M types, filled up with -1.

    An item is its place among those of its type.

    Raises:
        DataError: If the file is missing or broken, with the row, counted from 1.
    """
    matrix = _read_matrix(path)
    width = (matrix.shape[1] - 2) // 2
    size, item, kind = matrix[:, 1:2], matrix[:, 2 : 2 + width], matrix[:, 2 + width :]
    filled = np.arange(width) < size
    count = np.bincount(items.category_id, minlength=items.num_categories)
    known = (kind >= 0) & (kind < len(count))
    known &= (item >= 0) & (item < count[np.where(known, kind, 0)])
    empty = (item == -1) & (kind == -1)
    right = np.where(filled, known, empty).all(axis=1) & (size[:, 0] >= 0) & (size[:, 0] <= width)
    if not right.all():
        rule = "a row needs as many items and types as its size says, all known, and then -1"
        raise DataError(rule, path, int(right.argmin()) + 1)
    start = np.cumsum(count) - count
    ptr = np.append(0, size[:, 0].cumsum())
    item_id = (start[np.where(filled, kind, 0)] + item)[filled]
    return Outfits(items, torch.from_numpy(ptr), torch.from_numpy(item_id))


def _read_matrix(path: Path) -> Ints:
    """A file of whole numbers between commas, without a header [rows, columns]."""
    try:
        table = csv.read_csv(path, csv.ReadOptions(autogenerate_column_names=True))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"needs to be readable as CSV ({error})", file=path) from error
    columns = table.columns
    if len(columns) < 4 or len(columns) % 2:
        rule = f"a row needs a user, a size, M items and M types (got {len(columns)} fields)"
        raise DataError(rule, file=path)
    for number, column in enumerate(columns, start=1):
        if column.type != pa.int64() or column.null_count:
            raise DataError(f"field {number} needs whole numbers throughout", file=path)
    return np.column_stack([column.to_numpy() for column in columns])
