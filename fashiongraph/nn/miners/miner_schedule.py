"""Which miner works in which epoch."""

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
    """Easy exemplars first, hard ones later.

    The paper goes from simple over semi-hard to hard exemplars and does not print when. By default
    simple exemplars, which teach next to nothing, have one epoch, and hard ones the last quarter
    of 20. These defaults were chosen on validation; the schedule as printed is
    ``MinerSchedule([SimpleMiner(), SemiHardMiner(), HardMiner()], starts)``.

    Args:
        miners: The miners, of this library or of pytorch-metric-learning; by default simple,
            semi-hard and hard ones with the cosine, each for every pair of an outfit's items.
        starts: First epoch of each miner, from 0 and increasing.

    Attributes:
        epoch: The current epoch; whoever trains sets it.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning".
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
        """Number of the miner at work, from 0."""
        return sum(start <= self.epoch for start in self.starts) - 1

    def forward(self, embeddings: Tensor, labels: Tensor) -> Triplets | Pairs:
        """Let the miner of the current epoch choose."""
        chosen: Triplets | Pairs = self.miners[self.stage](embeddings, labels)
        return chosen

    def extra_repr(self) -> str:
        """First epoch of each miner."""
        return f"starts={list(self.starts)}"
