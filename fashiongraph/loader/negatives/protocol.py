"""Protocols of negative sampling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.item_pool import Ints, ItemPool
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler

PROTOCOLS = ("uniform", "uniform_category", "same_category", "same_columns", "matched")
_TOTAL = 2**40  # integer weight of a category; sums over millions of categories fit int64


def negative_sampler(
    protocol: str, items: ItemTable, columns: Sequence[str] = ()
) -> NegativeSampler:
    """Make the negative sampler of a protocol.

    - ``"uniform"``: any item of the table with equal probability.
    - ``"uniform_category"``: a category with equal probability, then one of its items with equal
      probability; both are drawn again if the item is in the outfit. NGNN is published with it.
    - ``"same_category"``: an item of the replaced item's category, drawn by frequency. If too few
      are left, any item, drawn by frequency.
    - ``"same_columns"``: an item with the replaced item's values of ``columns``, drawn by
      frequency. If too few are left, any item, drawn by frequency.
    - ``"matched"``: an item with the replaced item's category and values of ``columns``, drawn by
      frequency. If too few are left, an item of the category, and then any item, both drawn by
      frequency. Without columns this is ``"same_category"``.

    The frequency of an item is its number of outfits over all splits; an item without outfits is
    never drawn by frequency. Missing values are equal to each other only.

    Args:
        protocol: One of ``"uniform"``, ``"uniform_category"``, ``"same_category"``,
            ``"same_columns"`` and ``"matched"``.
        items: The item table, with :attr:`~ItemTable.frequency` for all but the uniform protocols.
        columns: Columns to match, required by ``"same_columns"`` and read by ``"matched"``.

    Raises:
        FashionGraphError: If the protocol or a column is unknown, or the frequency or columns
            are missing.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "c"]]).with_frequency()
        >>> negative_sampler("same_category", outfits.items)
        NegativeSampler(same_category > any_category, 3 items)
    """
    columns = checked_columns(columns)
    if protocol not in PROTOCOLS:
        raise FashionGraphError(
            f"'protocol' needs to be one of {', '.join(PROTOCOLS)} (got {protocol!r})"
        )
    everything = np.zeros(len(items), dtype=np.int64)
    if protocol == "uniform":
        return NegativeSampler(items, [ItemPool("uniform", everything, np.ones_like(everything))])
    if protocol == "uniform_category":
        category = item_groups(items)
        weight = _TOTAL // np.bincount(category)[category]
        return NegativeSampler(items, [ItemPool("uniform_category", everything, weight)])
    if items.frequency is None:
        raise FashionGraphError(
            f"'items' needs frequencies for the protocol {protocol!r}: "
            "Outfits.with_frequency() counts them"
        )
    weight = items.frequency.numpy().astype(np.int64)
    any_category = ItemPool("any_category", everything, weight)
    if protocol == "same_columns":
        if not columns:
            raise FashionGraphError("'columns' needs a column for the protocol 'same_columns'")
        same = ItemPool("same_columns", item_groups(items, columns, category=False), weight)
        return NegativeSampler(items, [same, any_category])
    pools = [ItemPool("same_category", item_groups(items), weight), any_category]
    if protocol == "matched" and columns:
        pools.insert(0, ItemPool("matched", item_groups(items, columns), weight))
    return NegativeSampler(items, pools)


def checked_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Column names as a tuple.

    Args:
        columns: Names, in any iterable.

    Raises:
        FashionGraphError: If it is a single string.

    Example:
        >>> checked_columns(["year", "line"])
        ('year', 'line')
    """
    if isinstance(columns, str):
        raise FashionGraphError(f"'columns' needs a list of names (got {columns!r})")
    return tuple(columns)


def item_groups(items: ItemTable, columns: Sequence[str] = (), category: bool = True) -> Ints:
    """Group of each item of a table, from 0, by category and columns [n].

    Args:
        items: The item table.
        columns: Columns in which the items of a group are equal.
        category: Whether they also share their category.

    Raises:
        FashionGraphError: If a column is unknown.

    Example:
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "top"])
        >>> item_groups(items)
        array([1, 0, 1])
    """
    keys = pd.DataFrame({"category": items.category_id.numpy()} if category else {})
    for column in columns:
        if column not in items.columns:
            names = ", ".join(map(str, items.columns)) or "none"
            raise FashionGraphError(
                f"'columns' needs columns of the item table, which has {names} (got {column!r})"
            )
        keys[f"column {column}"] = pd.factorize(items.column(column))[0]  # -1 where missing
    return keys.groupby(list(keys)).ngroup().to_numpy().astype(np.int64)
