"""Duplicate outfits."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.data.outfits import Outfits, row_blocks
from fashiongraph.data.pairs import held

Ints = NDArray[np.int64]


def first_equal(outfits: Outfits, digest: Ints | None = None) -> Ints:
    """Index of the first outfit with the same items, in any order [B].

    Outfits with equal digests are compared item by item, so that a collision of digests does not
    merge different outfits. Memory is one digest per outfit.

    Args:
        outfits: The outfits.
        digest: A hash of each outfit as a multiset [B]; by default computed.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
        >>> first_equal(Outfits.from_lists(items, [["a", "b"], ["a"], ["b", "a"]])).tolist()
        [0, 1, 0]
    """
    digest = _digests(outfits) if digest is None else digest
    ordered = np.sort(digest)
    found = np.arange(len(outfits))
    repeated = np.flatnonzero(held(digest, ordered[1:][ordered[1:] == ordered[:-1]]))
    found[repeated] = repeated[_first_equal_exactly(outfits.select(repeated))]
    return found


def content_code(outfits: Outfits) -> Tensor:
    """Number of the distinct outfit that each one is, in order of appearance [B].

    Args:
        outfits: The outfits.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
        >>> content_code(Outfits.from_lists(items, [["a", "b"], ["a"], ["b", "a"]])).tolist()
        [0, 1, 0]
    """
    first = first_equal(outfits)
    rank = np.cumsum(first == np.arange(len(first))) - 1
    return torch.from_numpy(rank[first])


def outfit_keys(outfits: Outfits) -> Tensor:
    """64-bit key of each outfit, equal in all data sets with the same identifiers [B].

    It is the sum of the hashes of the items' identifiers, so their order does not matter.

    Args:
        outfits: The outfits.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
        >>> first, second = outfit_keys(Outfits.from_lists(items, [["a", "b"], ["b", "a"]]))
        >>> bool(first == second)
        True
    """
    key = outfits.items.key[outfits.item_id]
    total = torch.zeros(len(outfits), dtype=torch.int64)  # wraps around
    return total.index_add_(0, outfits.batch, key)


def without_duplicates(outfits: Outfits) -> tuple[Outfits, int]:
    """Remove outfits that repeat an earlier one, as multisets of items.

    Args:
        outfits: The outfits.

    Returns:
        The outfits that are left, and the number of removed ones.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
        >>> without_duplicates(Outfits.from_lists(items, [["a", "b"], ["b", "a"]]))
        (Outfits(1 outfits, 2 rows), 1)
    """
    first = first_equal(outfits)
    kept = np.flatnonzero(first == np.arange(len(first)))
    removed = len(outfits) - len(kept)
    return outfits.select(kept) if removed else outfits, removed


def _digests(outfits: Outfits) -> Ints:
    """A 64-bit hash of each outfit as a multiset [B]: the sum of its items' splitmix64 hashes."""
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
    """:func:`first_equal` by comparison of items."""
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
