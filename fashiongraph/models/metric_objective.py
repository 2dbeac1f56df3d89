"""How one embedding space is trained: embed, mine, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.exemplar_loader import ExemplarLoader
from fashiongraph.data.negatives.negative_sampler import NegativeSampler
from fashiongraph.data.outfits import Outfits
from fashiongraph.models.node_features import node_features
from fashiongraph.models.objective import Objective
from fashiongraph.nn import MinerSchedule, exemplar_labels

if TYPE_CHECKING:
    from fashiongraph.models.collocation_net import CollocationNet


class MetricObjective(Objective):
    """Learn from exemplars: items of outfits, and a stranger of the same category for each.

    Losses and miners are those of :mod:`fashiongraph.nn` or of pytorch-metric-learning, in any
    combination. Where validation draws ``"uniform"`` strangers, training still draws them from
    the category of what they stand against. Each process mines its own share of a batch.

    Args:
        loss: Takes embeddings, labels and what the miner chose.
        miner: Takes embeddings and labels; by default the loss sees the whole batch. A
            :class:`MinerSchedule` follows the epochs.
    """

    def __init__(self, loss: torch.nn.Module, miner: torch.nn.Module | None = None) -> None:
        super().__init__(num_negatives=1)
        self.loss = loss
        self.miner = miner

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> ExemplarLoader:
        """Real outfits, and a stranger for each of their items."""
        return ExemplarLoader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """The same category at least."""
        return "same_category" if protocol == "uniform" else protocol

    def begin_epoch(self, epoch: int) -> None:
        """Tell a schedule."""
        if isinstance(self.miner, MinerSchedule):
            self.miner.epoch = epoch

    def forward(self, model: CollocationNet, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains models that embed
        """Embed each distinct item once, and compare.

        Returns:
            ``loss``; with a miner ``mined``, the number of triplets or positive pairs; and with a
            schedule ``stage``, the number of the miner at work.
        """
        x, slot = node_features(batch)
        embeddings = model.embed(x)
        embeddings = embeddings if slot is None else embeddings[slot]
        labels = exemplar_labels(batch.batch[: batch.num_nodes // 2])
        if self.miner is None:
            return {"loss": self.loss(embeddings, labels)}
        chosen = self.miner(embeddings, labels)
        parts = {
            "loss": self.loss(embeddings, labels, chosen),
            "mined": embeddings.new_tensor(len(chosen[0])),
        }
        if isinstance(self.miner, MinerSchedule):
            parts["stage"] = embeddings.new_tensor(self.miner.stage)
        return parts
