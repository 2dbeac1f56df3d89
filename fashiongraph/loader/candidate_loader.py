"""Training batches of real outfits, each followed by corrupted outfits."""

from __future__ import annotations

from typing import Any

import numpy as np

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position, replaced
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.training_loader import TrainingLoader


class CandidateLoader(TrainingLoader):
    """Loader of real outfits, each followed by R copies with one item replaced by a negative.

    Args:
        outfits: Real outfits of at least two items.
        sampler: Sampler of the negatives.
        num_negatives: Corrupted outfits per real outfit, R; 0 for the real outfits alone.
        *args: Further arguments of :class:`TrainingLoader`: ``graph``, ``batch_size``, ``seed``,
            ``epoch``, ``rank`` and ``world_size``.
        **kwargs: The same by name.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` is out of range.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> from fashiongraph.loader import negative_sampler
        >>> loader = CandidateLoader(
        ...     outfits, negative_sampler("uniform", items), num_negatives=2, batch_size=3
        ... )
        >>> [batch.num_graphs for batch in loader]
        [9]
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

    def draw(self, outfits: Outfits, share: slice, rng: np.random.Generator) -> Outfits:
        """Each outfit of the share followed by its corrupted copies."""
        position = random_position(outfits, rng)
        item = self.sampler.draw(outfits, position, self.num_negatives, rng)
        return replaced(outfits.select(share), position[share], item[share], keep_original=True)
