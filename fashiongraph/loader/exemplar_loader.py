"""Training batches of real outfits and one negative for each of their items."""

from __future__ import annotations

import numpy as np
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.training_loader import TrainingLoader


class ExemplarLoader(TrainingLoader):
    """Loader of real outfits with one negative item for each of their items.

    A batch contains B real outfits and then, in the same order, the negatives of each as an outfit
    of the same size: with N real items, node ``N + i`` is the negative of node ``i``. A negative is
    never an item of the outfit; two items may have the same one. With the protocol
    ``"same_category"`` or ``"matched"`` a negative has the category of its item, as mixed-category
    metric learning requires.

    Args:
        outfits: Real outfits.
        sampler: Sampler of the negatives.
        graph: Category graph of the edge weights.
        batch_size: Real outfits per batch and process.
        seed: Seed of order and negatives.
        epoch: Number of the pass.
        rank: Number of this process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` is out of range.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> from fashiongraph.loader import negative_sampler
        >>> sampler = negative_sampler("same_category", outfits.with_frequency().items)
        >>> (batch,) = ExemplarLoader(outfits, sampler)
        >>> positive, negative = batch.category_id.view(2, -1)
        >>> bool((positive == negative).all())
        True
    """

    def draw(self, outfits: Outfits, share: slice, rng: np.random.Generator) -> Outfits:
        """The real outfits of the share, then their negatives as outfits."""
        copies = outfits.select(outfits.batch)  # one copy of the outfit per item
        position = torch.arange(outfits.item_id.numel()) - outfits.ptr[outfits.batch]
        item = self.sampler.draw(copies, position, 1, rng).squeeze(1)
        negative = Outfits(outfits.items, outfits.ptr, item).select(share)
        real = outfits.select(share)
        return Outfits(
            outfits.items,
            torch.cat([real.ptr, real.ptr[-1] + negative.ptr[1:]]),
            torch.cat([real.item_id, negative.item_id]),
        )
