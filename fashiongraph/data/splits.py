"""Random splits of outfits, by outfit or by item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.duplicates import first_equal
from fashiongraph.data.item_order import item_order
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError

Ints = NDArray[np.int64]
Shares = NDArray[np.float64]


def split(
    outfits: Outfits, ratios: Sequence[float] = (7, 1, 2), seed: int = 0, disjoint: bool = False
) -> tuple[Outfits, ...]:
    """Split outfits at random by the given ratios.

    Outfits that repeat an earlier one are removed first. The item table of the splits carries
    frequencies over all splits: those it has already, or else those counted before the split.

    Args:
        outfits: All outfits.
        ratios: Relative sizes of the splits.
        seed: Seed of the split.
        disjoint: Make the splits item-disjoint. Outfits with items of two splits are dropped;
            :func:`split_index` marks them.

    Returns:
        One :class:`Outfits` per ratio, each in the original order.

    Raises:
        FashionGraphError: If there are fewer than two ratios, one is not positive, or a split
            would be empty.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> names = [str(i) for i in range(20)]
        >>> items = ItemTable.from_lists(names, ["top", "shoe"] * 10)
        >>> outfits = Outfits.from_lists(items, [names[i : i + 2] for i in range(0, 20, 2)])
        >>> train, valid, test = split(outfits, (7, 1, 2), seed=0)
        >>> len(train), len(valid), len(test)
        (7, 1, 2)
    """
    first = first_equal(outfits)
    kept = np.flatnonzero(first == np.arange(len(first)))
    unique = outfits if len(kept) == len(outfits) else outfits.select(kept)
    index = split_index(unique, ratios, seed, disjoint).numpy()
    if outfits.items.frequency is None:
        outfits = outfits.with_items(unique.with_frequency().items)
    chosen = [kept[index == number] for number in range(len(ratios))]
    del first, kept, unique, index  # frees memory before the splits are copied
    return tuple(outfits.select(rows) for rows in chosen)


def split_index(
    outfits: Outfits, ratios: Sequence[float] = (7, 1, 2), seed: int = 0, disjoint: bool = False
) -> Tensor:
    """Index of the split of each outfit [B]; ``-1`` for an outfit that is dropped.

    With ``disjoint=True`` the items are ordered such that items of one outfit are close
    (:func:`~fashiongraph.data.item_order.item_order`), and the order is cut into intervals. Outfits
    with all items in one interval are kept; the cuts keep as many as possible in the given ratios.
    The denser the outfits are connected by shared items, the more are dropped: about a quarter
    on stylists' outfits of one retailer.

    Args:
        outfits: All outfits, without duplicates.
        ratios: Relative sizes of the splits.
        seed: Seed of the split.
        disjoint: Make the splits item-disjoint.

    Raises:
        FashionGraphError: As :func:`split`.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "shoe"] * 3)
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["b", "a"], ["c", "d"], ["e", "f"]])
        >>> split_index(outfits, (1, 1), seed=0, disjoint=True).bincount().tolist()
        [2, 2]
    """
    shares = np.asarray(ratios, dtype=np.float64)
    if shares.ndim != 1 or len(shares) < 2 or not (np.isfinite(shares) & (shares > 0)).all():
        raise FashionGraphError(f"'ratios' needs two or more positive numbers (got {ratios})")
    shares /= shares.sum()
    if len(outfits) < len(shares):
        raise FashionGraphError(
            f"'outfits' needs an outfit per split, {len(shares)} in all (got {len(outfits)})"
        )
    rng = np.random.default_rng(seed)
    if disjoint:
        return torch.from_numpy(_disjoint(outfits, shares, rng))
    return torch.from_numpy(_at_random(len(outfits), shares, rng))


def _at_random(count: int, shares: Shares, rng: np.random.Generator) -> Ints:
    inner = np.arange(1, len(shares))
    ends = np.round(shares.cumsum()[:-1] * count).astype(np.int64)
    # Every split keeps at least one outfit.
    ends = np.clip(ends, inner, count - len(shares) + inner)
    ends = np.maximum.accumulate(ends - inner) + inner
    index = np.empty(count, dtype=np.int64)
    index[rng.permutation(count)] = np.searchsorted(ends, np.arange(count), side="right")
    return index


def _disjoint(outfits: Outfits, shares: Shares, rng: np.random.Generator) -> Ints:
    place = item_order(outfits, rng)[outfits.item_id]
    low = scatter(place, outfits.batch, dim_size=len(outfits), reduce="min").numpy()
    high = scatter(place, outfits.batch, dim_size=len(outfits), reduce="max").numpy()
    by_high = np.argsort(high, kind="stable")
    low_by_high, high_by_high = low[by_high], high[by_high]

    def cuts(total: int) -> list[int]:
        """Cuts that leave every split its share of ``total`` outfits; [] if there are none."""
        needed = [max(round(share * total), 1) for share in shares]
        found = [0]
        for count in needed[:-1]:
            inside = np.flatnonzero(low_by_high >= found[-1])
            if len(inside) < count:
                return []
            found.append(int(high_by_high[inside[count - 1]]) + 1)
        return found[1:] if (low >= found[-1]).sum() >= needed[-1] else []

    best = cuts(1)
    if not best:
        raise FashionGraphError(
            f"'outfits' needs {len(shares)} groups without shared items for disjoint=True "
            "(got outfits that are all connected by their items)"
        )
    possible, impossible = 1, len(outfits) + len(shares)
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        found = cuts(middle)
        if found:
            possible, best = middle, found
        else:
            impossible = middle
    first, last = (np.searchsorted(best, end, side="right") for end in (low, high))
    return np.where(first == last, first, -1)
