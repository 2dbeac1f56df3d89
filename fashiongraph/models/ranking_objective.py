"""The objective that any model can be trained for."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.objective import Objective
from fashiongraph.nn import CandidateSoftmaxLoss


class RankingObjective(Objective):
    """Rank every real outfit above its corrupted editions.

    Args:
        loss: Takes positive scores [B] and negative scores [B, R]; by default eight negatives'
            softmax with a light pointwise term, the training that all models of the library are
            compared under.
        num_negatives: Corrupted editions per real outfit, R.
    """

    def __init__(self, loss: torch.nn.Module | None = None, num_negatives: int = 8) -> None:
        super().__init__(num_negatives)
        self.loss = CandidateSoftmaxLoss() if loss is None else loss

    def forward(self, model: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Score the batch once and rank."""
        score = model(batch).view(-1, 1 + self.num_negatives)
        return {"loss": self.loss(score[:, 0], score[:, 1:])}
