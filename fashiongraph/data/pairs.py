"""Pairs of items in outfits: enumeration, keys, counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


def row_pairs(ptr: Tensor) -> tuple[Tensor, Tensor]:
    """All unordered pairs of rows of one outfit, the earlier row first ([P], [P])."""
    sizes = ptr[1:] - ptr[:-1]
    last = torch.repeat_interleave(ptr[1:], sizes)
    row = torch.arange(last.numel())
    later = last - 1 - row  # rows that follow in the same outfit
    first = torch.repeat_interleave(row, later)
    offset = torch.arange(first.numel()) - torch.repeat_interleave(later.cumsum(0) - later, later)
    return first, first + 1 + offset


def top_bottom_pairs(
    outfits: Outfits, top: Collection[str], bottom: Collection[str], column: str = "category"
) -> Outfits:
    """Every (top, bottom) pair that stands in an outfit, as outfits of two items in that order.

    They train :class:`~fashiongraph.models.designer_teacher.DesignerTeacher` (eq. A10). A pair
    that stands in several outfits is returned once; pairs are ordered by their item rows.

    Args:
        outfits: Outfits of any sizes.
        top: Values of the column that make an item a top.
        bottom: Values that make it a bottom.
        column: Column of the item table; ``"category"`` is the category.

    Raises:
        FashionGraphError: If no item has one of the values, a value is both top and bottom, or no
            outfit holds a pair.
    """
    both = set(top) & set(bottom)
    if both:
        raise FashionGraphError(
            f"'top' and 'bottom' need to share no value (both hold {both.pop()!r})"
        )
    is_top = _having(outfits.items, top, column, "top")[outfits.item_id]
    is_bottom = _having(outfits.items, bottom, column, "bottom")[outfits.item_id]

    chosen = is_top | is_bottom
    ptr = torch.cat([chosen.new_zeros(1, dtype=torch.long), chosen.cumsum(0)])[outfits.ptr]
    row = chosen.nonzero().squeeze(1)
    one, two = (row[index] for index in row_pairs(ptr))
    mixed = is_top[one] != is_top[two]
    one, two = one[mixed], two[mixed]
    pair = torch.stack([torch.where(is_top[one], one, two), torch.where(is_top[one], two, one)])
    key = outfits.item_id[pair[0]] * len(outfits.items) + outfits.item_id[pair[1]]
    if not key.numel():
        raise FashionGraphError("'outfits' needs an outfit with a top and a bottom (got none)")
    key = torch.from_numpy(distinct(key.numpy())[0])
    item_id = torch.stack([key // len(outfits.items), key % len(outfits.items)], dim=1)
    return Outfits(outfits.items, 2 * torch.arange(len(key) + 1), item_id.view(-1))


def _having(items: ItemTable, values: Collection[str], column: str, argument: str) -> Tensor:
    """Whether each item of the table has one of the values [n]."""
    if isinstance(values, str):
        raise FashionGraphError(f"'{argument}' needs a collection of values (got {values!r})")
    entries: pd.Series[Any]
    if column == "category":
        vocabulary = pd.Index(items.categories)
        entries = pd.Series(pd.Categorical.from_codes(items.category_id.numpy(), vocabulary))
    elif column in items.columns:
        entries = items.columns[column]
    else:
        known = ", ".join(["category", *map(str, items.columns)])
        raise FashionGraphError(f"'column' needs to be one of {known} (got {column!r})")
    for value in values:
        if not (entries == value).any():
            raise FashionGraphError(
                f"'{argument}' needs values of the items' {column} (no item has {value!r})"
            )
    return torch.tensor(entries.isin(list(values)).to_numpy())


def count_pairs(
    outfit: NDArray[np.int64], category: NDArray[np.int64], num_categories: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of categories i < j that share outfits, as i C + j, and how many outfits each shares.

    Args:
        outfit: Outfit of each row, sorted.
        category: Its category, sorted and distinct within an outfit.
        num_categories: Size of the vocabulary, C.
    """
    starts = np.ones(len(outfit), bool)
    np.not_equal(outfit[1:], outfit[:-1], out=starts[1:])
    (first,) = np.nonzero(starts)
    size = np.diff(first, append=len(outfit))
    empty = np.empty(0, np.int64)
    found = [(empty, empty)]
    for n in np.flatnonzero(np.bincount(size)):  # outfits of one size are a matrix
        rows = category[first[size == n] + np.arange(n)[:, None]]
        for apart in range(1, n):
            keys = rows[:-apart] * num_categories + rows[apart:]
            found.append(_counted(keys.ravel(), num_categories**2))
    keys, counts = map(np.concatenate, zip(*found, strict=True))
    return _counted(keys, num_categories**2, counts)


def _counted(
    keys: NDArray[np.int64], bound: int, times: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct keys below a bound, sorted, and how many times each is there."""
    if bound <= len(keys):  # a counter each takes less than sorting them
        total = np.bincount(keys, times, bound)
        (key,) = np.nonzero(total)
        return key, total[key].astype(np.int64)
    key, place = np.unique(keys, return_inverse=True)
    return key, np.bincount(place, times).astype(np.int64)


Keys = NDArray[np.int64]


def distinct(keys: Keys) -> tuple[Keys, Keys]:
    """The different keys, ascending, and how often each occurs."""
    values, counts = np.unique(keys, return_counts=True)  # with counts it sorts
    return values, counts.astype(np.int64)


def shared(one: Keys, two: Keys) -> Keys:
    """The keys that two arrays of different keys have in common, ascending."""
    return np.intersect1d(one, two, assume_unique=True)


def held(keys: Keys, known: Keys) -> NDArray[np.bool_]:
    """Whether each key is one of the ``known``, which are ascending."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    order = np.argsort(keys)  # neighbouring look-ups stay in the cache
    place = np.searchsorted(known, keys[order])
    found = np.empty(len(keys), dtype=bool)
    found[order] = known[np.minimum(place, len(known) - 1)] == keys[order]
    return found
