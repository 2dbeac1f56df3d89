"""How a siamese metric is trained in its publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.objective import Objective
from fashiongraph.models.training_pairs import real_pairs, stranger_triplets
from fashiongraph.nn import ContrastiveLoss, unit
from fashiongraph.nn.at_least_float32 import at_least_float32

if TYPE_CHECKING:
    from fashiongraph.models.siamese import Siamese


class ContrastiveObjective(Objective):
    r"""Pairs of a real outfit are pulled close, a stranger and the rest are pushed apart.

    Distances are those of embeddings scaled to length 1, so that
    :math:`d^2 = 2 (1 - \cos)` and the order by distance is the order by the model's score.

    Args:
        loss: Takes distances of positive and of negative pairs.
        num_negatives: Corrupted editions per real outfit.
    """

    def __init__(self, loss: ContrastiveLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = ContrastiveLoss() if loss is None else loss

    def forward(self, model: Siamese, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains a metric
        """Embed the batch once and compare its pairs."""
        states = unit(at_least_float32(model.states(batch)))
        stayed, _, stranger = stranger_triplets(batch, self.num_negatives)
        one, other = real_pairs(batch, self.num_negatives)
        positive = torch.linalg.vector_norm(states[one] - states[other], dim=-1)
        negative = torch.linalg.vector_norm(states[stayed] - states[stranger], dim=-1)
        return {"loss": self.loss(positive, negative)}
