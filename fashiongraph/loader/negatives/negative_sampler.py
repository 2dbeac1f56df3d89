"""Sampling of negative items for outfits."""

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

_BLOCK = 16_384  # maximal number of outfits in a block
_CELLS = 256 * _BLOCK  # maximal number of items in a padded block


class NegativeSampler:
    """Sampler of negative items, which replace an item of an outfit and are not in the outfit.

    Negatives are drawn from the first pool. If it has too few items outside the outfit, all of
    them are used and the next pool supplies the rest; :attr:`relaxed` counts those.
    :func:`~fashiongraph.loader.negative_sampler` makes the pools of a protocol.

    Args:
        items: The item table of the outfits.
        pools: Pools over the table, the strictest first.

    Example:
        >>> import numpy as np, torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import negative_sampler
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"]]).with_frequency()
        >>> sampler = negative_sampler("uniform", outfits.items)
        >>> sampler
        NegativeSampler(uniform, 3 items)
        >>> sampler.draw(outfits, torch.tensor([1]), 1, np.random.default_rng(0)).tolist()
        [[2]]
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
        """Draw R negatives for one item of each outfit, without replacement.

        Args:
            outfits: B outfits over the sampler's item table.
            position: Index inside each outfit of the item to be replaced [B].
            num_negatives: Number R of negatives per outfit.
            rng: Source of randomness.

        Returns:
            Rows of the item table [B, R].

        Raises:
            FashionGraphError: If all pools together have too few items for an outfit.
        """
        self._check_table(outfits, num_negatives)
        item = outfits.item_id[row_at(outfits, position)].numpy()
        ptr, item_id = outfits.ptr.numpy(), outfits.item_id.numpy()
        drawn = np.full((len(outfits), num_negatives), -1)
        level = np.zeros_like(drawn)
        for block in outfit_blocks(np.diff(ptr)):
            rows = _padded(ptr[block.start : block.stop + 1], item_id)
            drawn[block], level[block] = self._draw_block(item[block], rows, num_negatives, rng)
        if (drawn < 0).any():
            short = int((drawn < 0).any(axis=1).argmax())
            raise _too_few(outfits, short, int((drawn[short] >= 0).sum()), num_negatives)
        for index, count in enumerate(np.bincount(level.ravel(), minlength=1)[1:], start=1):
            self.relaxed[self.pools[index].name] += int(count)
        return torch.from_numpy(drawn)

    def check(self, outfits: Outfits, num_negatives: int) -> None:
        """Check that the last pool has enough negatives for every item of every outfit.

        Args:
            outfits: Outfits over the sampler's item table.
            num_negatives: Number R of negatives per outfit.

        Raises:
            FashionGraphError: If it has too few for an outfit.
        """
        self._check_table(outfits, num_negatives)
        left = self.pools[-1].count(outfits.item_id.numpy(), outfits.batch.numpy())
        if (left < num_negatives).any():
            row = int((left < num_negatives).argmax())
            raise _too_few(outfits, int(outfits.batch[row]), int(left[row]), num_negatives)

    def _check_table(self, outfits: Outfits, num_negatives: int) -> None:
        if num_negatives < 0:
            raise FashionGraphError(f"'num_negatives' needs to be at least 0 (got {num_negatives})")
        ids, expected = outfits.items.ids, self.items.ids
        if ids is not expected and not ids.equals(expected):
            raise FashionGraphError(
                f"'outfits' needs the sampler's item table of {len(expected)} items "
                f"(got another of {len(ids)})"
            )

    def _draw_block(
        self, item: Ints, outfit: Ints, num_negatives: int, rng: np.random.Generator
    ) -> tuple[Ints, Ints]:
        drawn = np.full((len(item), num_negatives), -1)
        level = np.zeros_like(drawn)
        excluded = np.concatenate([outfit, drawn], axis=1)
        new = excluded[:, outfit.shape[1] :]  # a view: drawn items are excluded from then on
        for index, pool in enumerate(self.pools):
            for column in range(num_negatives):
                rows = np.flatnonzero(new[:, column] < 0)
                if len(rows):
                    new[rows, column] = pool.draw(item[rows], excluded[rows], rng)
                    level[rows, column] = index
        return new, level


def _too_few(outfits: Outfits, outfit: int, left: int, needed: int) -> FashionGraphError:
    return FashionGraphError(
        f"'num_negatives' needs at most the number of items outside each outfit "
        f"(got {needed}, and {left} for outfit {outfits.ids[outfit]!r})"
    )


def outfit_blocks(
    sizes: Ints, block_size: int = _BLOCK, max_cells: int = _CELLS
) -> Iterator[slice]:
    """Consecutive outfits in blocks, which are halved while their padded size is too large.

    Args:
        sizes: Size of each outfit [B].
        block_size: Maximal number of outfits in a block.
        max_cells: Maximal number of items in a padded block of two or more outfits.

    Yields:
        Slices of outfits.

    Example:
        >>> list(outfit_blocks(np.array([1, 1, 9, 1]), max_cells=10))
        [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    starts = reversed(range(0, len(sizes), block_size))
    left = [slice(first, min(first + block_size, len(sizes))) for first in starts]
    while left:
        block = left.pop()
        count = block.stop - block.start
        if count > 1 and count * sizes[block].max() > max_cells:
            middle = block.start + count // 2
            left += [slice(middle, block.stop), slice(block.start, middle)]
        else:
            yield block


def _padded(ptr: Ints, item_id: Ints) -> Ints:
    """Items of each outfit in one row, padded with -1."""
    sizes = np.diff(ptr)
    rows = np.full((len(sizes), sizes.max(initial=0)), -1)
    rows[np.arange(rows.shape[1]) < sizes[:, None]] = item_id[ptr[0] : ptr[-1]]
    return rows
