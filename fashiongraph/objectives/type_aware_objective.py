"""Published objective of type-aware embeddings."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.baselines.type_aware import TypeAware
from fashiongraph.nn import TypeAwareLoss
from fashiongraph.objectives.objective import Objective
from fashiongraph.objectives.training_pairs import negative_triplets


class TypeAwareObjective(Objective[TypeAware]):
    """Triplets of a kept item, the replaced item and its negative, in type-specific subspaces.

    The publication draws negatives of the same category: under the protocol ``"same_category"``,
    both distances of a triplet have the mask of one pair of categories. With a negative of another
    category the masks of the two distances differ.

    Args:
        loss: Loss of both distances of each triplet, masks and embeddings.
        num_negatives: Number of corrupted outfits per real outfit.

    Source: Vasileva et al., `"Learning type-aware embeddings for fashion compatibility"
    <https://arxiv.org/abs/1803.09196>`_ (ECCV 2018).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import TypeAware
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = TypeAwareObjective()
        >>> loader = objective.loader(outfits, negative_sampler("same_category", outfits.items))
        >>> sorted(objective(TypeAware(98, num_categories=10), next(iter(loader))))
        ['embedding', 'loss', 'mask', 'triplet']
    """

    def __init__(self, loss: TypeAwareLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = TypeAwareLoss() if loss is None else loss

    def forward(self, model: TypeAware, batch: Batch) -> dict[str, Tensor]:
        """Embed the batch and compute the loss of its triplets."""
        h = model.states(batch)
        kept, replaced, negative = negative_triplets(batch, self.num_negatives)
        category = batch.category_id
        mask = model.masks(category[kept], category[replaced])
        negative_mask = model.masks(category[kept], category[negative])
        positive_distance = model.distance(h[kept], h[replaced], mask)
        negative_distance = model.distance(h[kept], h[negative], negative_mask)
        terms: dict[str, Tensor] = self.loss(positive_distance, negative_distance, mask, h)
        return terms
