"""Strangers that take the place of an item in an outfit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import row_at
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.item_pool import Ints, ItemPool

_BLOCK = 16_384  # outfits drawn for at a time
_CELLS = 256 * _BLOCK  # and their number times the largest size, which one huge outfit can raise


class NegativeSampler:
    """Draws items that are not in an outfit, to stand where one of its items stood.

    Negatives come from the first pool. Where it holds too few items besides the outfit's, all of
    them are taken and the next pool supplies the rest; :attr:`relaxed` counts those.
    :func:`~fashiongraph.loader.negatives.protocol.negative_sampler` makes the pools of a protocol.

    Args:
        items: The item table of the outfits.
        pools: Pools over the table, the strictest first.
    """

    def __init__(self, items: ItemTable, pools: Sequence[ItemPool]) -> None:
        self.items = items
        self.pools = list(pools)
        #: Negatives drawn so far from each pool but the first, by its name.
        self.relaxed = {pool.name: 0 for pool in self.pools[1:]}

    def __repr__(self) -> str:
        names = " > ".join(pool.name for pool in self.pools)
        return f"{type(self).__name__}({names}, {len(self.items)} items)"

    def draw(
        self, outfits: Outfits, position: Tensor, num_negatives: int, rng: np.random.Generator
    ) -> Tensor:
        """Draw the negatives of one item per outfit.

        The negatives of an outfit are drawn one after the other without replacement: they
        differ from each other and from every item of the outfit.

        Args:
            outfits: B outfits over the sampler's item table.
            position: Index inside each outfit of the item to be replaced [B].
            num_negatives: Number R of negatives per outfit.
            rng: Source of randomness; the same state gives the same negatives.

        Returns:
            Rows of the item table [B, R].

        Raises:
            FashionGraphError: If every pool together holds too few items for an outfit.
        """
        self._check_table(outfits, num_negatives)
        item = outfits.item_id[row_at(outfits, position)].numpy()
        ptr, item_id = outfits.ptr.numpy(), outfits.item_id.numpy()
        drawn = np.full((len(outfits), num_negatives), -1)
        level = np.zeros_like(drawn)
        for block in _blocks(np.diff(ptr)):
            own = _padded(ptr[block.start : block.stop + 1], item_id)
            drawn[block], level[block] = self._draw_block(item[block], own, num_negatives, rng)
        if (drawn < 0).any():
            short = int((drawn < 0).any(axis=1).argmax())
            raise _too_few(outfits, short, int((drawn[short] >= 0).sum()), num_negatives)
        for index, count in enumerate(np.bincount(level.ravel(), minlength=1)[1:], start=1):
            self.relaxed[self.pools[index].name] += int(count)
        return torch.from_numpy(drawn)

    def check(self, outfits: Outfits, num_negatives: int) -> None:
        """Check that the last pool, the widest, holds enough strangers whichever item gives way.

        Args:
            outfits: Outfits over the sampler's item table.
            num_negatives: Number R of negatives per outfit.

        Raises:
            FashionGraphError: If it holds too few for an outfit.
        """
        self._check_table(outfits, num_negatives)
        left = self.pools[-1].count(outfits.item_id.numpy(), outfits.batch.numpy())
        if (left < num_negatives).any():
            row = int((left < num_negatives).argmax())
            raise _too_few(outfits, int(outfits.batch[row]), int(left[row]), num_negatives)

    def _check_table(self, outfits: Outfits, num_negatives: int) -> None:
        if num_negatives < 0:
            raise FashionGraphError(f"'num_negatives' needs to be at least 0 (got {num_negatives})")
        ids, own = outfits.items.ids, self.items.ids
        if ids is not own and not ids.equals(own):
            raise FashionGraphError(
                f"'outfits' needs the sampler's item table of {len(own)} items "
                f"(got another of {len(ids)})"
            )

    def _draw_block(
        self, item: Ints, own: Ints, num_negatives: int, rng: np.random.Generator
    ) -> tuple[Ints, Ints]:
        drawn = np.full((len(item), num_negatives), -1)
        level = np.zeros_like(drawn)
        excluded = np.concatenate([own, drawn], axis=1)
        new = excluded[:, own.shape[1] :]  # what is drawn is excluded from then on
        for index, pool in enumerate(self.pools):
            for column in range(num_negatives):
                rows = np.flatnonzero(new[:, column] < 0)
                if len(rows):
                    new[rows, column] = pool.draw(item[rows], excluded[rows], rng)
                    level[rows, column] = index
        return new, level


def _too_few(outfits: Outfits, outfit: int, left: int, needed: int) -> FashionGraphError:
    return FashionGraphError(
        f"each outfit needs {needed} other items to draw strangers from "
        f"(outfit {outfits.ids[outfit]!r} leaves {left}): add items, or ask for fewer negatives"
    )


def _blocks(sizes: Ints) -> Iterator[slice]:
    """Runs of outfits, halved where they hold too many cells once they are padded."""
    starts = reversed(range(0, len(sizes), _BLOCK))
    left = [slice(first, min(first + _BLOCK, len(sizes))) for first in starts]
    while left:
        block = left.pop()
        count = block.stop - block.start
        if count > 1 and count * sizes[block].max() > _CELLS:
            middle = block.start + count // 2
            left += [slice(middle, block.stop), slice(block.start, middle)]
        else:
            yield block


def _padded(ptr: Ints, item_id: Ints) -> Ints:
    """Items of each outfit in a row, filled up with -1."""
    sizes = np.diff(ptr)
    rows = np.full((len(sizes), sizes.max(initial=0)), -1)
    rows[np.arange(rows.shape[1]) < sizes[:, None]] = item_id[ptr[0] : ptr[-1]]
    return rows
