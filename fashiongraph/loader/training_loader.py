"""How several processes share batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch_geometric.data import Batch, Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.outfit_batcher import OutfitBatcher


class TrainingLoader:
    """Base of loaders that iterate once over outfits and draw strangers for them.

    What a pass draws depends on ``seed`` and ``epoch`` and nothing else, so that a resumed
    training sees what an undisturbed one would have seen. Several processes share each batch:
    together they draw what one process with the whole batch draws. Iterating again repeats the
    pass: set ``epoch`` before each.

    A subclass implements :meth:`draw`.

    Args:
        outfits: Real outfits of at least two items.
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

    def __init__(
        self,
        outfits: Outfits,
        sampler: NegativeSampler,
        graph: Data | None = None,
        batch_size: int = 128,
        seed: int = 0,
        epoch: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        check_shares(batch_size, rank, world_size)
        self.outfits = outfits
        self.sampler = sampler
        self.batcher = OutfitBatcher(outfits.items, graph, share_items=True)
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = epoch
        self.rank = rank
        self.world_size = world_size

    def __len__(self) -> int:
        return -(-len(self.outfits) // (self.batch_size * self.world_size))

    def __iter__(self) -> Iterator[Batch]:
        rng = np.random.default_rng([self.seed, self.epoch])
        order = torch.from_numpy(rng.permutation(len(self.outfits)))
        own = slice(self.rank, None, self.world_size)
        size = self.batch_size * self.world_size
        # A last batch may hold none for this process, which still takes part in the step.
        for start in range(0, len(order), size):
            outfits = self.outfits.select(order[start : start + size])
            batch = self.batcher(self.draw(outfits, own, rng), exclude=outfits)
            batch.num_shared = len(outfits)  # real outfits of all processes together
            batch.num_own = len(range(len(outfits))[own])  # and of this one
            yield batch

    def draw(self, outfits: Outfits, own: slice, rng: np.random.Generator) -> Outfits:
        """Draw for all real outfits of a batch and return what becomes of this process's own."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it draws")


def check_shares(batch_size: int, rank: int, world_size: int) -> None:
    """Check how batches are shared.

    Args:
        batch_size: Outfits or questions per batch and process.
        rank: Number of a process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` names no process.
    """
    if batch_size < 1:
        raise FashionGraphError(f"'batch_size' needs to be a positive integer (got {batch_size})")
    if not 0 <= rank < world_size:
        raise FashionGraphError(f"'rank' needs to lie in [0, {world_size}) (got {rank})")
