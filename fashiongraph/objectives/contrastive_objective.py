"""The published objective of the siamese metric."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.baselines.siamese import Siamese
from fashiongraph.nn import ContrastiveLoss, l2_normalize
from fashiongraph.nn.functional import at_least_float32
from fashiongraph.objectives.objective import Objective
from fashiongraph.objectives.training_pairs import negative_triplets, real_pairs


class ContrastiveObjective(Objective[Siamese]):
    r"""Contrastive loss on distances between embeddings of length 1.

    Pairs of a real outfit are positive; a negative and the items that it was put beside are
    negative pairs. With embeddings of length 1, :math:`d^2 = 2 (1 - \cos)`, so that the order by
    distance is the order by the model's score.

    Args:
        loss: Takes distances of positive and of negative pairs.
        num_negatives: Corrupted outfits per real outfit.
    """

    def __init__(self, loss: ContrastiveLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = ContrastiveLoss() if loss is None else loss

    def forward(self, model: Siamese, batch: Batch) -> dict[str, Tensor]:
        """Embed the batch once and compare its pairs."""
        states = l2_normalize(at_least_float32(model.states(batch)))
        kept, _, negative = negative_triplets(batch, self.num_negatives)
        one, other = real_pairs(batch, self.num_negatives)
        positive = torch.linalg.vector_norm(states[one] - states[other], dim=-1)
        apart = torch.linalg.vector_norm(states[kept] - states[negative], dim=-1)
        return {"loss": self.loss(positive, apart)}
