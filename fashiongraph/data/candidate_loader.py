"""Training batches: real outfits, each followed by corrupted editions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch_geometric.data import Batch, Data

from fashiongraph.data.negatives.negative_sampler import NegativeSampler
from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position, replaced
from fashiongraph.data.shares import check_shares


class CandidateLoader:
    """Iterates once over outfits; each is followed by editions with one item replaced.

    What a pass draws depends on ``seed`` and ``epoch`` and nothing else, so that a resumed
    training sees what an undisturbed one would have seen. Several processes share each batch:
    together they draw what one process with the whole batch draws.

    Args:
        outfits: Real outfits of at least two items.
        sampler: Where strangers come from.
        num_negatives: Corrupted editions per outfit, R.
        graph: Category graph that weighs the edges.
        batch_size: Real outfits per batch and process.
        seed: Seed of order, positions and strangers.
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
        num_negatives: int,
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
        self.num_negatives = num_negatives
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
        for chunk in torch.split(order, self.batch_size * self.world_size):
            outfits = self.outfits.select(chunk)
            position = random_position(outfits, rng)
            item = self.sampler.draw(outfits, position, self.num_negatives, rng)
            own = slice(self.rank, None, self.world_size)
            yield self.batcher(
                replaced(outfits.select(own), position[own], item[own], keep_original=True)
            )
