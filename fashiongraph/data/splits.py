"""Outfits split into parts: for training, validation and test, say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.duplicates import first_equal
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.item_order import item_order

Ints = NDArray[np.int64]
Shares = NDArray[np.float64]


def split(
    outfits: Outfits, ratios: Sequence[float] = (7, 1, 2), seed: int = 0, disjoint: bool = False
) -> tuple[Outfits, ...]:
    """Split outfits at random into parts of the given ratios.

    Outfits that repeat an earlier one are removed first. The parts' item table carries the
    frequencies of the whole set: those it has, or else those counted before the split.

    Args:
        outfits: The whole set.
        ratios: Relative sizes of the parts.
        seed: Seed of the split.
        disjoint: Whether no item may occur in two parts. Outfits with items of two parts are
            dropped then; :func:`part_of_outfits` tells which.

    Returns:
        One :class:`Outfits` per ratio, each in the order of the whole set.

    Raises:
        FashionGraphError: If there are fewer than two ratios, one is not positive, or a part
            would be empty.
    """
    first = first_equal(outfits)
    kept = np.flatnonzero(first == np.arange(len(first)))
    whole = outfits if len(kept) == len(outfits) else outfits.select(kept)
    part = part_of_outfits(whole, ratios, seed, disjoint).numpy()
    if outfits.items.frequency is None:
        outfits = outfits.with_items(whole.with_frequency().items)
    chosen = [kept[part == index] for index in range(len(ratios))]
    del first, kept, whole, part  # beside the parts of a large set every copy counts
    return tuple(outfits.select(index) for index in chosen)


def part_of_outfits(
    outfits: Outfits, ratios: Sequence[float] = (7, 1, 2), seed: int = 0, disjoint: bool = False
) -> Tensor:
    """Index of the part that each outfit falls in [B]; ``-1`` where it is dropped.

    With ``disjoint=True`` the items are put in a line in which items of one outfit stand close
    (:func:`~fashiongraph.loader.item_order.item_order`) and the line is cut so that the outfits
    which lie wholly between two cuts, and are kept, have the given ratios and are as many as
    possible. Where all outfits hang together by a few items the price is high: on real outfits
    of a fashion house about a quarter is dropped.

    Args:
        outfits: The whole set.
        ratios: Relative sizes of the parts.
        seed: Seed of the split.
        disjoint: Whether no item may occur in two parts.

    Raises:
        FashionGraphError: As :func:`split`.
    """
    shares = np.asarray(ratios, dtype=np.float64)
    if shares.ndim != 1 or len(shares) < 2 or not (np.isfinite(shares) & (shares > 0)).all():
        raise FashionGraphError(f"'ratios' needs two or more positive numbers (got {ratios})")
    shares /= shares.sum()
    if len(outfits) < len(shares):
        raise FashionGraphError(
            f"'outfits' needs an outfit per part, {len(shares)} in all (got {len(outfits)})"
        )
    rng = np.random.default_rng(seed)
    if disjoint:
        return torch.from_numpy(_disjoint(outfits, shares, rng))
    return torch.from_numpy(_at_random(len(outfits), shares, rng))


def _at_random(count: int, shares: Shares, rng: np.random.Generator) -> Ints:
    inner = np.arange(1, len(shares))
    ends = np.round(shares.cumsum()[:-1] * count).astype(np.int64)
    # Every part keeps at least one outfit, however few there are.
    ends = np.clip(ends, inner, count - len(shares) + inner)
    ends = np.maximum.accumulate(ends - inner) + inner
    part = np.empty(count, dtype=np.int64)
    part[rng.permutation(count)] = np.searchsorted(ends, np.arange(count), side="right")
    return part


def _disjoint(outfits: Outfits, shares: Shares, rng: np.random.Generator) -> Ints:
    place = item_order(outfits, rng)[outfits.item_id]
    low = scatter(place, outfits.batch, dim_size=len(outfits), reduce="min").numpy()
    high = scatter(place, outfits.batch, dim_size=len(outfits), reduce="max").numpy()
    by_high = np.argsort(high, kind="stable")
    low_by_high, high_by_high = low[by_high], high[by_high]

    def cuts(total: int) -> list[int]:
        """Cuts of the line that keep a share of ``total`` outfits in every part; [] if none do."""
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
            "'outfits' hang together by their items: without shared items they do not split "
            f"into {len(shares)} parts"
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
