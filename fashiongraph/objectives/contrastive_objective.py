"""Published objective of the siamese metric."""

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

    The pairs of a real outfit are positive; those of a negative with the other items of its
    corrupted outfit are negative. With embeddings of length 1, :math:`d^2 = 2 (1 - \cos)`, so the
    order by distance is the order by the score of the model.

    Args:
        loss: Loss of the distances of positive and of negative pairs.
        num_negatives: Number of corrupted outfits per real outfit.

    Source: Veit et al., `"Learning visual clothing style with heterogeneous dyadic co-occurrences"
    <https://arxiv.org/abs/1509.07473>`_ (ICCV 2015).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = ContrastiveObjective()
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(Siamese(98), next(iter(loader))))
        ['loss']
    """

    def __init__(self, loss: ContrastiveLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = ContrastiveLoss() if loss is None else loss

    def forward(self, model: Siamese, batch: Batch) -> dict[str, Tensor]:
        """Embed the batch and compute the loss of its pairs."""
        h = l2_normalize(at_least_float32(model.states(batch)))
        kept, _, negative = negative_triplets(batch, self.num_negatives)
        one, other = real_pairs(batch, self.num_negatives)
        positive_distance = torch.linalg.vector_norm(h[one] - h[other], dim=-1)
        negative_distance = torch.linalg.vector_norm(h[kept] - h[negative], dim=-1)
        return {"loss": self.loss(positive_distance, negative_distance)}
