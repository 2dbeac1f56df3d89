"""Base of training loaders, with batches shared by several processes."""

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
    r"""Base of loaders of training outfits with sampled negatives.

    Order and negatives of a pass depend on ``seed`` and ``epoch`` only, so that a resumed training
    equals an uninterrupted one. Several processes share a batch: their shares together are the
    batch of one process. Iterating again repeats the pass; set ``epoch`` before each.

    A pass visits as many outfits as there are. Of weighted outfits
    (:attr:`~fashiongraph.data.Outfits.weight`), outfit b is expected to be visited

    .. math::
        B \, w_b / \sum_{b'} w_{b'}

    times, and is visited the next smaller or larger whole number of times (systematic sampling). So
    any objective is weighted, also one whose terms are not sums over outfits.

    A subclass implements :meth:`draw`. A batch has the number of its real outfits in all processes,
    ``num_shared``, and in this one, ``num_own``.

    Args:
        outfits: Real outfits of at least two items, with a positive weight if they are weighted.
        sampler: Sampler of the negatives.
        graph: Category graph of the edge weights.
        batch_size: Real outfits per batch and process.
        seed: Seed of order and negatives.
        epoch: Number of the pass.
        rank: Number of this process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, ``rank`` is out of range, or all
            weights are 0.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> from fashiongraph.loader import negative_sampler
        >>> class RealOutfits(TrainingLoader):
        ...     def draw(self, outfits, share, rng):
        ...         return outfits.select(share)
        >>> loader = RealOutfits(outfits, negative_sampler("uniform", items), batch_size=2)
        >>> [batch.num_graphs for batch in loader]
        [2, 1]
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
        if outfits.weight is not None and len(outfits) and not bool(outfits.weight.any()):
            raise FashionGraphError("'outfits' needs an outfit of positive weight (got none)")
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
        order = torch.from_numpy(rng.permutation(self._visits(rng)))
        share = slice(self.rank, None, self.world_size)
        size = self.batch_size * self.world_size
        # The share of the last batch may be empty; the process still takes part in the step.
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            outfits = exclude = self.outfits.select(chosen)
            if outfits.weight is not None:  # an outfit in the batch twice was counted once
                exclude = self.outfits.select(chosen.unique())
            batch = self.batcher(self.draw(outfits, share, rng), exclude=exclude)
            batch.num_shared = len(outfits)  # real outfits of all processes
            batch.num_own = len(range(len(outfits))[share])  # and of this one
            yield batch

    def _visits(self, rng: np.random.Generator) -> np.ndarray:
        """The outfits of a pass, in order, with repetitions by their weights [B]."""
        count, weight = len(self.outfits), self.outfits.weight
        if weight is None or not count:
            return np.arange(count)
        end = weight.numpy().cumsum()
        end = np.minimum(np.floor(end / end[-1] * count + rng.random()), count)
        return np.repeat(np.arange(count), np.diff(end, prepend=0).astype(np.int64))

    def draw(self, outfits: Outfits, share: slice, rng: np.random.Generator) -> Outfits:
        """Draw for all real outfits of a batch and return the outfits of this process.

        Args:
            outfits: The real outfits of the batch in all processes.
            share: The outfits of this process.
            rng: Source of randomness, in the same state in every process.
        """
        raise NotImplementedError(f"{type(self).__name__} does not implement draw()")


def check_shares(batch_size: int, rank: int, world_size: int) -> None:
    """Check the size of batches and the number of a process.

    Args:
        batch_size: Outfits or questions per batch and process.
        rank: Number of a process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` is out of range.

    Example:
        >>> check_shares(batch_size=8, rank=1, world_size=2)
    """
    if batch_size < 1:
        raise FashionGraphError(f"'batch_size' needs to be a positive integer (got {batch_size})")
    if not 0 <= rank < world_size:
        raise FashionGraphError(f"'rank' needs to lie in [0, {world_size}) (got {rank})")
