"""Schedule of miners over epochs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from fashiongraph.nn.miners.hard_miner import HardMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets
from fashiongraph.nn.miners.semi_hard_miner import SemiHardMiner
from fashiongraph.nn.miners.simple_miner import SimpleMiner


class MinerSchedule(torch.nn.Module):
    """Schedule of miners over epochs, from simple to hard exemplars.

    The paper goes from simple over semi-hard to hard exemplars and does not state when. By default
    simple exemplars, which have little effect, are used for one epoch and hard ones in the last
    quarter of 20 epochs, as chosen on validation data. The schedule of the paper is
    ``MinerSchedule([SimpleMiner(), SemiHardMiner(), HardMiner()], starts)``.

    Args:
        miners: The miners, of this library or of pytorch-metric-learning; by default simple,
            semi-hard and hard ones with the cosine and ``every_pair=True``.
        starts: First epoch of each miner, from 0 and increasing.

    Attributes:
        epoch: The current epoch from 0, set by the training loop.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** index tuple of the current miner

    Raises:
        ValueError: If ``starts`` does not give one increasing epoch from 0 for each miner.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018).

    Example:
        >>> from fashiongraph.nn import MinerSchedule
        >>> schedule = MinerSchedule(starts=(0, 1, 15))
        >>> schedule.epoch = 14
        >>> schedule.miners[schedule.stage]
        SemiHardMiner(
          every_pair=True
          (distance): CosineSimilarity()
        )
    """

    def __init__(
        self, miners: Sequence[torch.nn.Module] | None = None, starts: Sequence[int] = (0, 1, 15)
    ) -> None:
        super().__init__()
        if miners is None:
            miners = [kind(every_pair=True) for kind in (SimpleMiner, SemiHardMiner, HardMiner)]
        rising = all(a < b for a, b in pairwise(starts))
        if len(starts) != len(miners) or list(starts[:1]) != [0] or not rising:
            raise ValueError(
                f"'starts' needs {len(miners)} increasing epochs from 0 (got {list(starts)})"
            )
        self.miners = torch.nn.ModuleList(miners)
        self.starts = tuple(starts)
        self.epoch = 0

    @property
    def stage(self) -> int:
        """Index of the current miner."""
        return sum(start <= self.epoch for start in self.starts) - 1

    def forward(self, embeddings: Tensor, labels: Tensor) -> Triplets | Pairs:
        """Index tuple of the miner of the current epoch.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels` [M].
        """
        indices: Triplets | Pairs = self.miners[self.stage](embeddings, labels)
        return indices

    def extra_repr(self) -> str:
        """First epoch of each miner."""
        return f"starts={list(self.starts)}"
