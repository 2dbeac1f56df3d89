"""How many outfits hold each pair of categories, without a loop over outfits or pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
