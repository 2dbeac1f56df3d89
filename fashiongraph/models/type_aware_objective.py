"""How type-aware embeddings are trained in their publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.objective import Objective
from fashiongraph.models.training_pairs import stranger_triplets
from fashiongraph.nn import TypeAwareLoss

if TYPE_CHECKING:
    from fashiongraph.models.type_aware import TypeAware


class TypeAwareObjective(Objective):
    """Seen from each item that stayed, what gave way has to be closer than its stranger.

    The publication draws strangers of the category they replace: train under the protocol
    ``"same_category"``, and both distances of a triplet are taken in the space of one pair of
    categories. A stranger of another category is compared in the space of its own pair.

    Args:
        loss: Takes both distances of every triplet, masks and embeddings.
        num_negatives: Corrupted editions per real outfit.
    """

    def __init__(self, loss: TypeAwareLoss | None = None, num_negatives: int = 1) -> None:
        super().__init__(num_negatives)
        self.loss = TypeAwareLoss() if loss is None else loss

    def forward(self, model: TypeAware, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains masks
        """Embed the batch once and compare its triplets."""
        h = model.states(batch)
        stayed, original, stranger = stranger_triplets(batch, self.num_negatives)
        category = batch.category_id
        mask = model.masks(category[stayed], category[original])
        other_mask = model.masks(category[stayed], category[stranger])
        positive = model.distance(h[stayed], h[original], mask)
        negative = model.distance(h[stayed], h[stranger], other_mask)
        parts: dict[str, Tensor] = self.loss(positive, negative, mask, h)
        return parts
