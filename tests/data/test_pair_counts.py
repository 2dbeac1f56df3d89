from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fashiongraph.data.pair_counts import count_pairs


@pytest.mark.parametrize("num_categories", [4, 50])  # as many counters as pairs, or sorting them
def test_equals_a_loop_over_outfits(num_categories):
    rng = np.random.default_rng(0)
    outfits = [np.unique(rng.integers(0, num_categories, rng.integers(1, 8))) for _ in range(300)]
    counts = {}
    for outfit in outfits:
        for i, j in combinations(outfit.tolist(), 2):
            key = i * num_categories + j
            counts[key] = counts.get(key, 0) + 1
    outfit = np.repeat(np.arange(300) * 7, [len(outfit) for outfit in outfits])  # some are missing
    pair, count = count_pairs(outfit, np.concatenate(outfits), num_categories)
    assert dict(zip(pair.tolist(), count.tolist(), strict=True)) == counts
    assert (np.diff(pair) > 0).all()


def test_no_outfits_and_outfits_of_one_item():
    for outfit in ([], [0, 1, 5]):
        rows = np.array(outfit, dtype=np.int64)
        pair, count = count_pairs(rows, np.zeros_like(rows), 3)
        assert pair.shape == count.shape == (0,)
        assert pair.dtype == count.dtype == np.int64
