"""The protocols by which negatives are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.item_pool import Ints, ItemPool
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler

PROTOCOLS = ("uniform", "uniform_category", "same_category", "same_columns", "matched")
_LINE = 2**40  # what a category weighs in all; sums of it stay whole over millions of categories


def negative_sampler(
    protocol: str, items: ItemTable, columns: Sequence[str] = ()
) -> NegativeSampler:
    """The sampler of a protocol.

    - ``"uniform"``: any item of the table, each with the same probability.
    - ``"uniform_category"``: an item of any category, each category with the same probability, and
      then each of its items; what the outfit holds is drawn again, category and all. NGNN is
      published with it.
    - ``"same_category"``: an item of the replaced item's category, drawn by its frequency. Where
      too few are left, any item, drawn by frequency.
    - ``"same_columns"``: an item with the replaced item's values of ``columns``, drawn by its
      frequency. Where too few are left, any item, drawn by frequency.
    - ``"matched"``: an item with the replaced item's category and values of ``columns``, drawn by
      its frequency. Where too few are left, an item of the category, and then any item, both
      drawn by frequency. Without columns this is ``"same_category"``.

    An item's frequency is the number of outfits of the whole set that hold it, so that an item in
    no outfit is never drawn by frequency. Missing values equal each other and nothing else.

    Args:
        protocol: One of ``"uniform"``, ``"uniform_category"``, ``"same_category"``,
            ``"same_columns"`` and ``"matched"``.
        items: The item table, with :attr:`~ItemTable.frequency` if the protocol draws by it.
        columns: Columns of the table to match; only ``"same_columns"``, which needs some, and
            ``"matched"`` read them.

    Raises:
        FashionGraphError: If the protocol or a column is unknown, or the frequency or columns
            are missing.
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
        category = _groups(items, ())
        weight = _LINE // np.bincount(category)[category]
        return NegativeSampler(items, [ItemPool("uniform_category", everything, weight)])
    if items.frequency is None:
        raise FashionGraphError(
            f"'items' needs frequencies for the protocol {protocol!r}: "
            "Outfits.with_frequency() counts them"
        )
    weight = items.frequency.numpy().astype(np.int64)
    anything = ItemPool("any_category", everything, weight)
    if protocol == "same_columns":
        if not columns:
            raise FashionGraphError("'columns' needs a column for the protocol 'same_columns'")
        alike = ItemPool("same_columns", _groups(items, columns, category=False), weight)
        return NegativeSampler(items, [alike, anything])
    pools = [ItemPool("same_category", _groups(items, ()), weight), anything]
    if protocol == "matched" and columns:
        pools.insert(0, ItemPool("matched", _groups(items, columns), weight))
    return NegativeSampler(items, pools)


def checked_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Names of columns, to be read more than once.

    Raises:
        FashionGraphError: If it is a single text, whose characters would be taken for names.
    """
    if isinstance(columns, str):
        raise FashionGraphError(f"'columns' needs a list of names (got {columns!r})")
    return tuple(columns)


def _groups(items: ItemTable, columns: Sequence[str], category: bool = True) -> Ints:
    """A number per item [n]: equal for items of equal category, if asked, and equal columns."""
    keys = pd.DataFrame({"category": items.category_id.numpy()} if category else {})
    for column in columns:
        if column not in items.columns:
            known = ", ".join(map(str, items.columns)) or "none"
            raise FashionGraphError(
                f"'columns' needs columns of the item table, which has {known} (got {column!r})"
            )
        keys[f"column {column}"] = pd.factorize(items.columns[column])[0]  # -1 where missing
    return keys.groupby(list(keys)).ngroup().to_numpy().astype(np.int64)
