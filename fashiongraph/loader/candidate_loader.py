"""Training batches: real outfits, each followed by corrupted editions."""

from __future__ import annotations

from typing import Any

import numpy as np

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position, replaced
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.training_loader import TrainingLoader


class CandidateLoader(TrainingLoader):
    """Iterates once over outfits; each is followed by editions with one item replaced.

    Args:
        outfits: Real outfits of at least two items.
        sampler: Where strangers come from.
        num_negatives: Corrupted editions per outfit, R; 0 for the real outfits alone.
        *args: Further arguments of :class:`TrainingLoader`: ``graph``, ``batch_size``, ``seed``,
            ``epoch``, ``rank`` and ``world_size``.
        **kwargs: The same by name.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` names no process.
    """

    def __init__(
        self,
        outfits: Outfits,
        sampler: NegativeSampler,
        num_negatives: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(outfits, sampler, *args, **kwargs)
        self.num_negatives = num_negatives

    def draw(self, outfits: Outfits, own: slice, rng: np.random.Generator) -> Outfits:
        """Each outfit followed by its editions."""
        position = random_position(outfits, rng)
        item = self.sampler.draw(outfits, position, self.num_negatives, rng)
        return replaced(outfits.select(own), position[own], item[own], keep_original=True)
