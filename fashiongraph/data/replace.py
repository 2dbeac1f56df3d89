"""Outfits in which one item gives way to others."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


def row_at(outfits: Outfits, position: Tensor) -> Tensor:
    """Rows of ``outfits.item_id`` at one position per outfit [B].

    Args:
        outfits: B outfits.
        position: An index inside each outfit [B].

    Raises:
        FashionGraphError: If a position lies outside its outfit.
    """
    if position.shape != (len(outfits),):
        raise FashionGraphError(
            f"'position' needs one index per outfit, shape [{len(outfits)}] "
            f"(got {list(position.shape)})"
        )
    outside = (position < 0) | (position >= outfits.sizes)
    if bool(outside.any()):
        first = int(outside.nonzero()[0])
        raise FashionGraphError(
            f"'position' needs to lie in [0, {int(outfits.sizes[first])}) for outfit {first} "
            f"(got {int(position[first])})"
        )
    return outfits.ptr[:-1] + position


def random_position(outfits: Outfits, rng: np.random.Generator) -> Tensor:
    """One position per outfit, drawn with equal probability [B].

    Raises:
        FashionGraphError: If an outfit is empty.
    """
    sizes = outfits.sizes.numpy()
    if len(sizes) and sizes.min() == 0:
        raise FashionGraphError(
            f"'outfits' needs an item in every outfit (outfit {int(sizes.argmin())} is empty)"
        )
    return torch.from_numpy(rng.integers(sizes))


def replaced(
    outfits: Outfits, position: Tensor, item: Tensor, keep_original: bool = False
) -> Outfits:
    """R copies of every outfit, in each of which another item stands at one position.

    Copy ``r`` of outfit ``b`` is outfit ``b * R + r`` of the result, or ``b * (1 + R) + 1 + r``
    where the original is kept in front of its copies. Copies bear their outfit's identifier.

    Args:
        outfits: B outfits.
        position: Index inside each outfit of the item that gives way [B].
        item: Rows of the item table that take its place [B, R].
        keep_original: Whether each outfit itself stands in front of its copies.

    Raises:
        FashionGraphError: If the shapes do not fit or a position lies outside its outfit.
    """
    row_at(outfits, position)
    if item.dim() != 2 or len(item) != len(outfits):
        raise FashionGraphError(
            f"'item' needs the shape [{len(outfits)}, R] (got {list(item.shape)})"
        )
    first = int(keep_original)
    copies = item.size(1) + first
    source = torch.arange(len(outfits)).repeat_interleave(copies)
    sizes = outfits.sizes.repeat_interleave(copies)
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    item_id = outfits.item_id[outfits.rows_of(source)]
    slot = ptr[:-1].view(len(outfits), copies)[:, first:] + position.unsqueeze(1)
    item_id[slot] = item
    return Outfits(outfits.items, ptr, item_id, outfits.ids[source.numpy()])
