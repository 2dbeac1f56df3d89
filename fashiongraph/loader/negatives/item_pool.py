"""Weighted draws from groups of items, some of them excluded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class ItemPool:
    """Items in groups; one is drawn by weight from the group of another item.

    The items of a group lie side by side on a line, each as long as its weight, and a draw is the
    item that a random point of the line falls on. Where that item is excluded, the excluded items
    are cut out of the line and the point is taken once more, on what is left: two passes at most,
    however much of a group is excluded. All lengths are whole numbers, so the probabilities are
    exact.

    Args:
        name: What the pool is called in a count of draws.
        group: Group of each item of the table, from 0 [n].
        weight: Weight of each item [n]; an item of weight 0 is never drawn.
    """

    def __init__(self, name: str, group: Ints, weight: Ints) -> None:
        self.name = name
        order = np.argsort(group, kind="stable")
        self._item = order[weight[order] > 0]
        self._end = np.cumsum(weight[self._item])
        self._start = self._end - weight[self._item]
        # One more entry at the end: the filler -1 of `excluded` finds no place, as weight 0 does.
        self._place = np.full(len(group) + 1, -1)
        self._place[self._item] = np.arange(len(self._item))
        line = np.append(0, self._end)
        groups = np.arange(group.max(initial=-1) + 1)
        first = np.searchsorted(group[self._item], groups, side="left")
        last = np.searchsorted(group[self._item], groups, side="right")
        self._low, self._high = line[first][group], line[last][group]
        self._group, self._size = group, (last - first)[group]

    def draw(self, item: Ints, excluded: Ints, rng: np.random.Generator) -> Ints:
        """Draw one item per row from the group of ``item``.

        Args:
            item: The items whose groups are drawn from [B].
            excluded: Items that must not be drawn [B, M]; ``-1`` fills a row up.
            rng: Source of randomness.

        Returns:
            Rows of the item table [B]; ``-1`` where the group holds no other item.
        """
        low, high = self._low[item], self._high[item]
        drawn = np.full(len(item), -1)
        some = np.flatnonzero(high > low)
        drawn[some] = self._at(rng.integers(low[some], high[some]))
        # A first draw that meets no excluded item may stand; only the others need the cuts.
        again = np.flatnonzero((excluded == drawn[:, None]).any(axis=1) & (drawn >= 0))
        drawn[again] = self._draw_between(low[again], high[again], excluded[again], rng)
        return drawn

    def count(self, item: Ints, outfit: Ints) -> Ints:
        """Count what may be drawn for each row once the items of its outfit are excluded.

        Args:
            item: The items whose groups are drawn from [N].
            outfit: Number of the outfit that each stands in [N].

        Returns:
            Number of items [N].
        """
        num_items, num_groups = len(self._group), int(self._group.max(initial=0)) + 1
        own = np.unique(outfit * num_items + item)
        own = own[self._place[own % num_items] >= 0]
        excluded = np.sort(own // num_items * num_groups + self._group[own % num_items])
        asked = outfit * num_groups + self._group[item]
        left, right = (np.searchsorted(excluded, asked, side) for side in ("left", "right"))
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
        # Where each excluded stretch would begin once those before it were cut out.
        cut = start - (np.cumsum(length, axis=1) - length)
        left = high - low - length.sum(axis=1)

        drawn = np.full(len(low), -1)
        some = np.flatnonzero(left > 0)
        point = low[some] + rng.integers(left[some])
        point += np.where(point[:, None] >= cut[some], length[some], 0).sum(axis=1)
        drawn[some] = self._at(point)
        return drawn
