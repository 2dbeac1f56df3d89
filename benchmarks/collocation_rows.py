"""Rows of the benchmark of mixed-category metric learning: an objective and a size each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from pytorch_metric_learning import losses, miners
from pytorch_metric_learning.utils.loss_and_miner_utils import get_all_pairs_indices
from torch import Tensor

from fashiongraph.nn import (
    AffineSimilarity,
    AllPairsMiner,
    HardAwareCascadeLoss,
    HardMiner,
    HistogramLoss,
    MinerSchedule,
    MixedCategoryTripletLoss,
    PositionDependentLoss,
    SemiHardMiner,
    SimpleMiner,
)
from fashiongraph.objectives import MetricObjective, Objective


@dataclass(frozen=True)
class Row:
    """An objective and a size.

    Args:
        objective: Makes the objective for a number of epochs; :obj:`None` where nothing is trained.
        size: Size of the embeddings; :obj:`None` for the features themselves.
    """

    objective: Callable[[int], Objective[Any]] | None
    size: int | None = 128


class BatchPairs(torch.nn.Module):
    """All positive and all negative pairs of a batch."""

    def forward(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        """Indices of the pairs (anchor, positive, anchor, negative)."""
        pairs: tuple[Tensor, ...] = get_all_pairs_indices(labels)
        return pairs


def schedule(epochs: int, every_pair: bool = True) -> MinerSchedule:
    """One epoch of simple exemplars, then semi-hard ones; hard ones in the last quarter."""
    kinds = (SimpleMiner, SemiHardMiner, HardMiner)
    starts = (0, 1, max(2, round(0.75 * epochs)))
    return MinerSchedule([kind(every_pair=every_pair) for kind in kinds], starts)


def sampled(miner: Callable[[], torch.nn.Module]) -> Row:
    """The published loss with one miner."""
    return Row(lambda epochs: MetricObjective.paper(miner=miner()))


def scheduled(
    loss: Callable[[], torch.nn.Module] = MixedCategoryTripletLoss,
    size: int = 128,
    every_pair: bool = True,
) -> Row:
    """A loss on simple, semi-hard and hard exemplars in turn."""
    return Row(lambda epochs: MetricObjective(loss(), schedule(epochs, every_pair)), size)


def with_loss(
    loss: Callable[[], torch.nn.Module],
    size: int = 128,
    miner: Callable[[], torch.nn.Module] = AllPairsMiner,
) -> Row:
    """A loss on every positive pair with its pre-sampled negative, or on another miner's pairs."""
    return Row(lambda epochs: MetricObjective(loss(), miner()), size)


def library(
    miner: Callable[[], torch.nn.Module],
    loss: Callable[[], torch.nn.Module] = lambda: losses.TripletMarginLoss(0.2),
) -> Row:
    """Miner and loss of pytorch-metric-learning."""
    return Row(lambda epochs: MetricObjective(loss(), miner()))


def affine(size: int) -> torch.nn.Module:
    """The published loss with an affine similarity."""
    return MixedCategoryTripletLoss(distance=AffineSimilarity(size))


def cascade() -> torch.nn.Module:
    """Hard-aware cascade of three embeddings of 128."""
    return HardAwareCascadeLoss([128, 128, 128])


ROWS: dict[str, Row] = {
    "features, not trained": Row(None, None),
    "siamese": with_loss(losses.ContrastiveLoss),
    "random": sampled(AllPairsMiner),
    "simple": sampled(lambda: SimpleMiner(every_pair=True)),
    "semi-hard": sampled(lambda: SemiHardMiner(every_pair=True)),
    "hard": sampled(lambda: HardMiner(every_pair=True)),
    "schedule": scheduled(),
    "schedule 256": scheduled(size=256),
    "schedule 384": scheduled(size=384),
    "schedule as printed": scheduled(every_pair=False),
    "affine": with_loss(lambda: affine(128)),
    "PDDM": with_loss(lambda: PositionDependentLoss(128)),
    "lifted structure": with_loss(losses.LiftedStructureLoss),
    "histogram": with_loss(HistogramLoss),
    "HDC, one negative a pair": with_loss(cascade, 384),
    "HDC, all pairs": with_loss(cascade, 384, BatchPairs),
    "affine 384": scheduled(lambda: affine(384), 384),
    "PDDM 384": scheduled(lambda: PositionDependentLoss(384), 384),
    "lifted structure 384": scheduled(losses.LiftedStructureLoss, 384),
    "histogram 384": scheduled(HistogramLoss, 384),
    "PML semi-hard": library(lambda: miners.TripletMarginMiner(0.2, "semihard")),
    "PML batch-hard": library(miners.BatchHardMiner),
    "PML multi-similarity": library(miners.MultiSimilarityMiner),
    "PML multi-similarity, its loss": library(
        miners.MultiSimilarityMiner, losses.MultiSimilarityLoss
    ),
}

# Of these the one with the best validation score on seed 0 is run on all seeds.
LIBRARY_MINERS = ("PML semi-hard", "PML batch-hard", "PML multi-similarity")
