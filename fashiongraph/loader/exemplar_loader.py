"""Training batches: real outfits, and a stranger for every one of their items."""

from __future__ import annotations

import numpy as np
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.training_loader import TrainingLoader


class ExemplarLoader(TrainingLoader):
    """Iterates once over outfits, with one stranger for each of their items.

    A batch holds B real outfits and then, in the same order, the strangers of each as an outfit
    of the same size: with N items, row ``N + i`` is the stranger of row ``i``. No stranger is an
    item of its own outfit; two items may draw the same one. With the protocol ``"same_category"``
    or ``"matched"`` a stranger is of its item's category, as mixed-category metric learning asks.

    Args:
        outfits: Real outfits.
        sampler: Where strangers come from.
        graph: Category graph that weighs the edges.
        batch_size: Real outfits per batch and process.
        seed: Seed of order and strangers.
        epoch: Number of the pass.
        rank: Number of this process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` names no process.
    """

    def draw(self, outfits: Outfits, own: slice, rng: np.random.Generator) -> Outfits:
        """The real outfits, then the outfits of their strangers."""
        of_item = outfits.select(outfits.batch)  # each item's own copy of its outfit
        place = torch.arange(outfits.item_id.numel()) - outfits.ptr[outfits.batch]
        stranger = self.sampler.draw(of_item, place, 1, rng).squeeze(1)
        opposite = Outfits(outfits.items, outfits.ptr, stranger).select(own)
        real = outfits.select(own)
        return Outfits(
            outfits.items,
            torch.cat([real.ptr, real.ptr[-1] + opposite.ptr[1:]]),
            torch.cat([real.item_id, opposite.item_id]),
        )
