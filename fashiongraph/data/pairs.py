"""Pairs of items in outfits: enumeration, integer keys, counts."""

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
    """All unordered pairs of rows of an outfit, the earlier row first ([P], [P]).

    Args:
        ptr: Offsets of the outfits [B + 1].

    Example:
        >>> row_pairs(torch.tensor([0, 3]))
        (tensor([0, 0, 1]), tensor([1, 2, 2]))
    """
    sizes = ptr[1:] - ptr[:-1]
    last = torch.repeat_interleave(ptr[1:], sizes)
    row = torch.arange(last.numel())
    later = last - 1 - row  # number of rows that follow in the same outfit
    first = torch.repeat_interleave(row, later)
    offset = torch.arange(first.numel()) - torch.repeat_interleave(later.cumsum(0) - later, later)
    return first, first + 1 + offset


def top_bottom_pairs(
    outfits: Outfits, top: Collection[str], bottom: Collection[str], column: str = "category"
) -> Outfits:
    """Distinct (top, bottom) pairs of outfits, as outfits of two items in that order.

    They train :class:`~fashiongraph.models.DesignerTeacher` (eq. A10). Pairs are sorted by their
    item rows and have no weights.

    Args:
        outfits: Outfits of any size.
        top: Values of the column that mark a top.
        bottom: Values of the column that mark a bottom.
        column: Column of the item table; ``"category"`` is the category.

    Raises:
        FashionGraphError: If no item has one of the values, a value is both top and bottom, or no
            outfit has a pair.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> outfits = Outfits.from_lists(items, [["b", "c", "a"], ["a", "b"]])
        >>> top_bottom_pairs(outfits, top=["top"], bottom=["skirt"]).item_id.tolist()
        [0, 1]
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
    """Mask of the items with one of the values [n]."""
    if isinstance(values, str):
        raise FashionGraphError(f"'{argument}' needs a collection of values (got {values!r})")
    entries: pd.Series[Any]
    if column == "category":
        vocabulary = pd.Index(items.categories)
        entries = pd.Series(pd.Categorical.from_codes(items.category_id.numpy(), vocabulary))
    elif column in items.columns:
        entries = items.column(column)
    else:
        names = ", ".join(["category", *map(str, items.columns)])
        raise FashionGraphError(f"'column' needs to be one of {names} (got {column!r})")
    for value in values:
        if not (entries == value).any():
            raise FashionGraphError(
                f"'{argument}' needs values of the items' {column} (no item has {value!r})"
            )
    return torch.tensor(entries.isin(list(values)).to_numpy())


def count_pairs(
    outfit: NDArray[np.int64], category: NDArray[np.int64], num_categories: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the outfits of each pair of categories i < j.

    Args:
        outfit: Outfit of each row, sorted.
        category: Category of each row, sorted and distinct within an outfit.
        num_categories: Size of the vocabulary, C.

    Returns:
        Keys :math:`i C + j` of the observed pairs, ascending, and their counts.

    Example:
        >>> count_pairs(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2)
        (array([1]), array([2]))
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
    """Distinct keys below a bound, sorted, and their numbers or sums of ``times``."""
    if bound <= len(keys):  # one counter per possible key is cheaper than sorting
        total = np.bincount(keys, times, bound)
        (key,) = np.nonzero(total)
        return key, total[key].astype(np.int64)
    key, place = np.unique(keys, return_inverse=True)
    return key, np.bincount(place, times).astype(np.int64)


Keys = NDArray[np.int64]


def distinct(keys: Keys) -> tuple[Keys, Keys]:
    """Distinct keys, ascending, and their counts.

    Args:
        keys: Integer keys.

    Example:
        >>> distinct(np.array([5, 3, 5]))
        (array([3, 5]), array([1, 2]))
    """
    values, counts = np.unique(keys, return_counts=True)  # with counts it sorts
    return values, counts.astype(np.int64)


def shared(one: Keys, two: Keys) -> Keys:
    """Intersection of two arrays of distinct keys, ascending.

    Args:
        one: Distinct keys.
        two: Distinct keys.

    Example:
        >>> shared(np.array([1, 2]), np.array([2, 3]))
        array([2])
    """
    return np.intersect1d(one, two, assume_unique=True)


def held(keys: Keys, values: Keys) -> NDArray[np.bool_]:
    """Membership of keys in sorted values, in less time and memory than :func:`numpy.isin`.

    Args:
        keys: Integer keys [P].
        values: Ascending values.

    Returns:
        A boolean mask over the keys [P].

    Example:
        >>> held(np.array([4, 2]), np.array([1, 2, 3]))
        array([False,  True])
    """
    if not len(values):
        return np.zeros(len(keys), dtype=bool)
    order = np.argsort(keys)  # sorted lookups are local in memory
    place = np.searchsorted(values, keys[order])
    found = np.empty(len(keys), dtype=bool)
    found[order] = values[np.minimum(place, len(values) - 1)] == keys[order]
    return found
