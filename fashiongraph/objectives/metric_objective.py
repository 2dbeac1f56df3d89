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
    """Metric learning on the items of outfits, with one negative of the same category per item.

    Losses and miners of :mod:`fashiongraph.nn` and of pytorch-metric-learning can be combined. If
    the protocol of validation is ``"uniform"``, that of training is ``"same_category"``. With
    several processes, the exemplars of an item are mined in its process.

    Args:
        loss: Loss of embeddings, labels and the index tuple of the miner.
        miner: Miner on embeddings and labels; by default the loss reads the full batch. A
            :class:`~fashiongraph.nn.MinerSchedule` gets the epoch.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import CollocationNet
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = MetricObjective.paper()
        >>> loader = objective.loader(outfits, negative_sampler("same_category", outfits.items))
        >>> sorted(objective(CollocationNet(98), next(iter(loader))))
        ['loss', 'mined', 'stage']
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
        """Build the published objective: mixed-category triplets of increasing hardness.

        Args:
            margin: Margin of the loss (eq. M4).
            distance: Distance of the loss; by default the cosine distance.
            miner: Miner of triplets; by default a schedule of simple, semi-hard and hard ones.
        """
        loss = MixedCategoryTripletLoss(margin, distance)
        return cls(loss, MinerSchedule() if miner is None else miner)

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> ExemplarLoader:
        """Batches of real outfits with a negative for each of their items."""
        return ExemplarLoader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """The protocol of validation, but ``"same_category"`` instead of ``"uniform"``."""
        return "same_category" if protocol == "uniform" else protocol

    def begin_epoch(self, epoch: int) -> None:
        """Set the epoch of a miner schedule."""
        if isinstance(self.miner, MinerSchedule):
            self.miner.epoch = epoch

    def forward(self, model: CollocationNet, batch: Batch) -> dict[str, Tensor]:
        """Embed each distinct item once, mine exemplars and compute the loss.

        Returns:
            ``loss``; with a miner ``mined``, the number of triplets or positive pairs; with a
            schedule also ``stage``, the index of its current miner.
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
