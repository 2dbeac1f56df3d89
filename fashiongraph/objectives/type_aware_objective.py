"""The published objective of type-aware embeddings."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.baselines.type_aware import TypeAware
from fashiongraph.nn import TypeAwareLoss
from fashiongraph.objectives.objective import Objective
from fashiongraph.objectives.training_pairs import negative_triplets


class TypeAwareObjective(Objective[TypeAware]):
    """Triplets of a kept item, the replaced item and its negative, in type-specific spaces.

    The publication draws negatives of the category that they replace: train under the protocol
    ``"same_category"``, and both distances of a triplet are taken in the space of one pair of
    categories. A negative of another category is compared in the space of its own pair.

    Args:
        loss: Takes both distances of every triplet, masks and embeddings.
        num_negatives: Corrupted outfits per real outfit.
    """

    def __init__(self, loss: TypeAwareLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = TypeAwareLoss() if loss is None else loss

    def forward(self, model: TypeAware, batch: Batch) -> dict[str, Tensor]:
        """Embed the batch once and compare its triplets."""
        h = model.states(batch)
        kept, replaced, negative = negative_triplets(batch, self.num_negatives)
        category = batch.category_id
        mask = model.masks(category[kept], category[replaced])
        negative_mask = model.masks(category[kept], category[negative])
        near = model.distance(h[kept], h[replaced], mask)
        far = model.distance(h[kept], h[negative], negative_mask)
        terms: dict[str, Tensor] = self.loss(near, far, mask, h)
        return terms
