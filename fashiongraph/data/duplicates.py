"""Outfits that hold exactly the same items."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.data.outfits import Outfits, row_blocks
from fashiongraph.data.pairs import held

Ints = NDArray[np.int64]


def first_equal(outfits: Outfits) -> Ints:
    """The earliest outfit that holds the same items equally often, in any order [B].

    Digests tell most outfits apart; those with equal ones are compared item by item, so none that
    differ are ever taken for the same. The digests are all that is held for every outfit.
    """
    digest = _digests(outfits)
    ordered = np.sort(digest)
    found = np.arange(len(outfits))
    alike = np.flatnonzero(held(digest, ordered[1:][ordered[1:] == ordered[:-1]]))
    found[alike] = alike[_first_equal_exactly(outfits.select(alike))]
    return found


def content_code(outfits: Outfits) -> Tensor:
    """A number per outfit [B]: equal if and only if two outfits hold the same items as often.

    Numbers count up from 0 as new outfits appear.
    """
    first = first_equal(outfits)
    rank = np.cumsum(first == np.arange(len(first))) - 1
    return torch.from_numpy(rank[first])


def without_duplicates(outfits: Outfits) -> tuple[Outfits, int]:
    """The outfits without those that repeat an earlier one, and how many those were.

    Two outfits are the same where they hold the same items equally often, in any order.
    """
    first = first_equal(outfits)
    kept = np.flatnonzero(first == np.arange(len(first)))
    removed = len(outfits) - len(kept)
    return outfits.select(kept) if removed else outfits, removed


def _digests(outfits: Outfits) -> Ints:
    """A number per outfit [B] that is equal for equal outfits and for hardly any others.

    Each item is scattered over 64 bits (the finalizer of splitmix64), and an outfit's are summed.
    """
    digest = np.zeros(len(outfits), dtype=np.uint64)
    ptr, item_id = outfits.ptr.numpy(), outfits.item_id.numpy()
    for block in row_blocks(outfits.ptr):
        ends = ptr[block.start : block.stop + 1]
        z = item_id[ends[0] : ends[-1]].astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        total = np.append(np.uint64(0), (z ^ (z >> np.uint64(31))).cumsum())[ends - ends[0]]
        digest[block] = np.diff(total)
    return digest.view(np.int64)


def _first_equal_exactly(outfits: Outfits) -> Ints:
    """As :func:`first_equal`, item by item."""
    num_items, sizes = max(len(outfits.items), 1), outfits.sizes.numpy()
    ptr = outfits.ptr.numpy()
    # Rows sorted by outfit and item; outfits are few enough for the key to fit 63 bits.
    item = np.sort((outfits.batch * num_items + outfits.item_id).numpy()) % num_items
    group = np.unique(sizes, return_inverse=True)[1]  # only outfits of one size are compared
    for column in range(int(sizes.max(initial=0))):
        longer = sizes > column
        key = group * (num_items + 1)
        key[longer] += 1 + item[ptr[:-1][longer] + column]
        group = np.unique(key, return_inverse=True)[1]
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    return first[group]
