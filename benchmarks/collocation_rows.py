"""The rows of the benchmark of mixed-category metric learning: one net and objective each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from pytorch_metric_learning import losses, miners

from fashiongraph.models import CollocationNet
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
    """What is trained.

    Args:
        objective: The objective of a net that is trained for so many epochs.
        size: Dimensions of the embeddings; :obj:`None` for the features as they are.
    """

    objective: Callable[[CollocationNet, int], Objective | None]
    size: int | None = 128


def schedule(epochs: int, every_pair: bool = True) -> MinerSchedule:
    """One epoch of simple exemplars; hard ones in the last quarter."""
    kinds = (SimpleMiner, SemiHardMiner, HardMiner)
    starts = (0, 1, max(2, round(0.75 * epochs)))
    return MinerSchedule([kind(every_pair=every_pair) for kind in kinds], starts)


def sampled(miner: Callable[[], torch.nn.Module], size: int = 128) -> Row:
    """The published loss with one way to choose exemplars."""
    return Row(lambda net, epochs: net.objective(miner=miner()), size)


def scheduled(size: int = 128, every_pair: bool = True) -> Row:
    """The published loss with simple, semi-hard and hard exemplars in turn."""
    return Row(lambda net, epochs: net.objective(miner=schedule(epochs, every_pair)), size)


def with_loss(loss: Callable[[], torch.nn.Module], size: int = 128) -> Row:
    """Another loss, on every pair and the stranger drawn for it."""
    return Row(lambda net, epochs: MetricObjective(loss(), AllPairsMiner()), size)


def library(
    miner: Callable[[], torch.nn.Module],
    loss: Callable[[], torch.nn.Module] = lambda: losses.TripletMarginLoss(0.2),
) -> Row:
    """Miner and loss of pytorch-metric-learning."""
    return Row(lambda net, epochs: MetricObjective(loss(), miner()))


ROWS: dict[str, Row] = {
    "features, not trained": Row(lambda net, epochs: None, None),
    "siamese": with_loss(losses.ContrastiveLoss),
    "random": sampled(AllPairsMiner),
    "simple": sampled(lambda: SimpleMiner(every_pair=True)),
    "semi-hard": sampled(lambda: SemiHardMiner(every_pair=True)),
    "hard": sampled(lambda: HardMiner(every_pair=True)),
    "schedule": scheduled(),
    "schedule 256": scheduled(256),
    "schedule 384": scheduled(384),
    "schedule as printed": scheduled(every_pair=False),
    "affine": with_loss(lambda: MixedCategoryTripletLoss(distance=AffineSimilarity(128))),
    "PDDM": with_loss(lambda: PositionDependentLoss(128)),
    "lifted structure": with_loss(losses.LiftedStructureLoss),
    "histogram": with_loss(HistogramLoss),
    "HDC": with_loss(lambda: HardAwareCascadeLoss([128, 128, 128]), 384),
    "PML semi-hard": library(lambda: miners.TripletMarginMiner(0.2, "semihard")),
    "PML batch-hard": library(miners.BatchHardMiner),
    "PML multi-similarity": library(miners.MultiSimilarityMiner),
    "PML multi-similarity, its loss": library(
        miners.MultiSimilarityMiner, losses.MultiSimilarityLoss
    ),
}

LIBRARY_MINERS = ("PML semi-hard", "PML batch-hard", "PML multi-similarity")  # the best one counts
LIBRARY = (*LIBRARY_MINERS, "PML multi-similarity, its loss")

# Headings of the tables, and label and row of each of their lines.
TABLES: dict[str, dict[str, str]] = {
    "Table 1: sampling and embedding sizes": {
        "classification features, not trained": "features, not trained",
        "siamese, contrastive": "siamese",
        "triplet, random strangers": "random",
        "theirs, 128": "schedule",
        "theirs, 256": "schedule 256",
        "theirs, 384": "schedule 384",
        "theirs, 128, one pair an outfit as printed": "schedule as printed",
    },
    "Table 2: losses": {
        "hinge with cosine": "random",
        "hinge with cosine, the schedule": "schedule",
        "PDDM": "PDDM",
        "lifted structure": "lifted structure",
        "histogram": "histogram",
        "affine": "affine",
        "HDC, 3 x 128": "HDC",
    },
    "Figure 5: mining": {
        "random": "random",
        "simple": "simple",
        "semi-hard": "semi-hard",
        "hard": "hard",
        "schedule": "schedule",
        **{row: row for row in LIBRARY},
    },
}
