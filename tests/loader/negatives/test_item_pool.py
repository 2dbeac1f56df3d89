from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from fashiongraph.loader.negatives.item_pool import ItemPool

GROUP = np.array([1, 0, 1, 0, 1, 2, 1, 1])
WEIGHT = np.array([5, 2, 0, 7, 1, 0, 3, 11])
POOL = ItemPool("pool", GROUP, WEIGHT)


def draws(item: int, excluded: list[int], times: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return POOL.draw(np.full(times, item), np.tile(np.array(excluded, dtype=int), (times, 1)), rng)


@pytest.mark.parametrize(
    "excluded", [[], [-1], [0], [0, 0, -1, 3], [7, -1, 1], [2], [4, 0], [0, 6, 7], [5, 6, 4, 6]]
)
def test_frequencies_are_the_weights_of_the_remaining_items(excluded: list[int]) -> None:
    left = (GROUP == 1) & (WEIGHT > 0)
    left[[item for item in excluded if item >= 0]] = False
    found = np.bincount(draws(2, excluded), minlength=len(GROUP))
    assert (found[~left] == 0).all()
    expected = WEIGHT[left] / WEIGHT[left].sum() * found.sum()
    assert found.sum() == 20_000
    assert left.sum() == 1 or chisquare(found[left], expected).pvalue > 0.01


def test_no_item_is_left() -> None:
    assert (draws(0, [0, 4, 6, 7], times=10) == -1).all()
    assert (draws(5, [-1], times=10) == -1).all()  # its group has no weight


def test_rows_are_drawn_independently() -> None:
    item = np.array([0, 1, 5, 3, 4])
    excluded = np.array([[0, 6, 7], [-1, -1, 1], [0, 1, 2], [1, 3, -1], [7, 6, 4]])
    drawn = POOL.draw(item, excluded, np.random.default_rng(0))
    assert drawn.tolist() == [4, 3, -1, -1, 0]


def test_counts_of_the_remaining_items() -> None:
    outfits = [[0, 4], [0, 0, 5], [], [1, 2, 3, 6]]
    found = POOL.count(
        np.concatenate(outfits).astype(np.int64), np.repeat(np.arange(4), [len(o) for o in outfits])
    )
    expected = []
    for outfit in outfits:
        for item in outfit:
            pool = [i for i in range(8) if GROUP[i] == GROUP[item] and WEIGHT[i] > 0]
            expected.append(len(set(pool) - set(outfit)))
    assert found.tolist() == expected


def test_heavy_weight_excluded() -> None:
    pool = ItemPool("pool", np.zeros(3, dtype=int), np.array([2**60, 1, 1]))
    drawn = pool.draw(
        np.zeros(1000, dtype=int), np.zeros((1000, 1), dtype=int), np.random.default_rng(0)
    )
    assert np.bincount(drawn, minlength=3)[0] == 0
    assert 400 < np.bincount(drawn, minlength=3)[1] < 600


def test_no_rows_and_no_items() -> None:
    rng, none = np.random.default_rng(0), np.empty(0, dtype=np.int64)
    assert len(POOL.draw(none, np.empty((0, 3), dtype=np.int64), rng)) == 0
    empty = ItemPool("empty", none, none)
    assert len(empty.draw(none, np.empty((0, 3), dtype=np.int64), rng)) == 0
