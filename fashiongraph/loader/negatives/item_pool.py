"""Weighted sampling from groups of items with exclusions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class ItemPool:
    """Weighted sampler of an item from the group of another item.

    Inverse transform sampling: the items of a group occupy consecutive integer intervals as long
    as their weights, and a uniform integer selects an interval. If the selected item is excluded,
    the excluded intervals are cut out and one more integer is drawn from the rest, so two passes
    are enough for any exclusion. Integer arithmetic makes the probabilities exact.

    Args:
        name: Name of the pool in counts of draws.
        group: Group of each item of the table, from 0 [n].
        weight: Integer weight of each item [n]; an item of weight 0 is never drawn.

    Example:
        >>> import numpy as np
        >>> pool = ItemPool("category", np.array([0, 0, 1]), np.array([1, 3, 1]))
        >>> item, excluded = np.array([0, 2]), np.array([[0], [2]])
        >>> pool.draw(item, excluded, np.random.default_rng(0))
        array([ 1, -1])
    """

    def __init__(self, name: str, group: Ints, weight: Ints) -> None:
        self.name = name
        order = np.argsort(group, kind="stable")
        self._item = order[weight[order] > 0]
        self._end = np.cumsum(weight[self._item])
        self._start = self._end - weight[self._item]
        # The last entry is for the padding -1 of `excluded`.
        self._place = np.full(len(group) + 1, -1)
        self._place[self._item] = np.arange(len(self._item))
        bounds = np.append(0, self._end)
        groups = np.arange(group.max(initial=-1) + 1)
        first = np.searchsorted(group[self._item], groups, side="left")
        last = np.searchsorted(group[self._item], groups, side="right")
        self._low, self._high = bounds[first][group], bounds[last][group]
        self._group, self._size = group, (last - first)[group]

    def draw(self, item: Ints, excluded: Ints, rng: np.random.Generator) -> Ints:
        """Draw one item per row from the group of ``item``.

        Args:
            item: The items whose groups are drawn from [B].
            excluded: Items that must not be drawn [B, M], padded with ``-1``.
            rng: Source of randomness.

        Returns:
            Rows of the item table [B]; ``-1`` if the group has no other item.
        """
        low, high = self._low[item], self._high[item]
        drawn = np.full(len(item), -1)
        some = np.flatnonzero(high > low)
        drawn[some] = self._at(rng.integers(low[some], high[some]))
        # Only draws of an excluded item are repeated.
        again = np.flatnonzero((excluded == drawn[:, None]).any(axis=1) & (drawn >= 0))
        drawn[again] = self._draw_between(low[again], high[again], excluded[again], rng)
        return drawn

    def count(self, item: Ints, outfit: Ints) -> Ints:
        """Count the items that can be drawn for each row without the items of its outfit.

        Args:
            item: The items whose groups are drawn from [N].
            outfit: Number of the outfit of each item [N].

        Returns:
            Number of items [N].
        """
        num_items, num_groups = len(self._group), int(self._group.max(initial=0)) + 1
        present = np.unique(outfit * num_items + item)
        present = present[self._place[present % num_items] >= 0]
        excluded = np.sort(present // num_items * num_groups + self._group[present % num_items])
        key = outfit * num_groups + self._group[item]
        left, right = (np.searchsorted(excluded, key, side) for side in ("left", "right"))
        return self._size[item] - (right - left)

    def _at(self, point: Ints) -> Ints:
        return self._item[np.searchsorted(self._end, point, side="right")]

    def _draw_between(
        self, low: Ints, high: Ints, excluded: Ints, rng: np.random.Generator
    ) -> Ints:
        place = np.sort(self._place[excluded], axis=1)
        inside = place >= 0
        inside[:, 1:] &= place[:, 1:] != place[:, :-1]
        start, end = self._start[place], self._end[place]
        inside &= (start >= low[:, None]) & (end <= high[:, None])
        length = np.where(inside, end - start, 0)
        # Start of each excluded interval after those before it are cut out.
        cut = start - (np.cumsum(length, axis=1) - length)
        left = high - low - length.sum(axis=1)

        drawn = np.full(len(low), -1)
        some = np.flatnonzero(left > 0)
        point = low[some] + rng.integers(left[some])
        point += np.where(point[:, None] >= cut[some], length[some], 0).sum(axis=1)
        drawn[some] = self._at(point)
        return drawn
