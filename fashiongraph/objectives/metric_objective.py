"""Metric learning with mined exemplars."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.exemplar_loader import ExemplarLoader
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.models.collocation_net import CollocationNet
from fashiongraph.nn import MinerSchedule, MixedCategoryTripletLoss, exemplar_labels
from fashiongraph.objectives.objective import Objective


class MetricObjective(Objective[CollocationNet]):
    """Metric learning on the items of outfits and one negative of the same category for each.

    Losses and miners are those of :mod:`fashiongraph.nn` or of pytorch-metric-learning, in any
    combination. If validation draws ``"uniform"`` negatives, training still draws them of the same
    category. With several processes, each mines its own share of a batch.

    Args:
        loss: Takes embeddings, labels and the miner's index tuple.
        miner: Takes embeddings and labels; by default the loss gets the whole batch. A
            :class:`MinerSchedule` follows the epochs.
    """

    def __init__(self, loss: torch.nn.Module, miner: torch.nn.Module | None = None) -> None:
        super().__init__(num_negatives=1)
        self.loss = loss
        self.miner = miner

    @classmethod
    def paper(
        cls,
        margin: float = 0.2,
        distance: torch.nn.Module | None = None,
        miner: torch.nn.Module | None = None,
    ) -> MetricObjective:
        """The published training: mixed-category triplets of increasing hardness.

        Args:
            margin: Margin of the loss (eq. M4).
            distance: Distance of the loss; by default the cosine.
            miner: Miner of triplets; by default simple, semi-hard and hard ones in turn.
        """
        loss = MixedCategoryTripletLoss(margin, distance)
        return cls(loss, MinerSchedule() if miner is None else miner)

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> ExemplarLoader:
        """Real outfits, and a negative for each of their items."""
        return ExemplarLoader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """Negatives of the same category at least."""
        return "same_category" if protocol == "uniform" else protocol

    def begin_epoch(self, epoch: int) -> None:
        """Set the epoch of a schedule."""
        if isinstance(self.miner, MinerSchedule):
            self.miner.epoch = epoch

    def forward(self, model: CollocationNet, batch: Batch) -> dict[str, Tensor]:
        """Embed each distinct item once, and compare.

        Returns:
            ``loss``; with a miner ``mined``, the number of triplets or positive pairs; and with a
            schedule ``stage``, the number of its current miner.
        """
        embeddings = model.item_states(batch).nodes("state")
        labels = exemplar_labels(batch.batch[: batch.num_nodes // 2])
        if self.miner is None:
            return {"loss": self.loss(embeddings, labels)}
        mined = self.miner(embeddings, labels)
        terms = {
            "loss": self.loss(embeddings, labels, mined),
            "mined": embeddings.new_tensor(len(mined[0])),
        }
        if isinstance(self.miner, MinerSchedule):
            terms["stage"] = embeddings.new_tensor(self.miner.stage)
        return terms
