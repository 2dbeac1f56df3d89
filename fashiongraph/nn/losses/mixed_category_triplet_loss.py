"""The triplet loss over mixed categories (eq. M4)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import row_distances
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_triplets

REDUCERS = ("mean", "mean_nonzero", "sum")


class MixedCategoryTripletLoss(torch.nn.Module):
    r"""Asks items of an outfit to lie closer than strangers of the same category.

    .. math::
        L = \sum_{(a, p, n)} \big[ d(a, p) - d(a, n) + \alpha \big]_+

    with :math:`a, p` of one outfit, whatever their categories, and :math:`n` a stranger. With a
    similarity for :math:`d` both signs turn: "hinge with cosine" is the default. It takes what
    losses of pytorch-metric-learning take, their distances and reducers included.

    Args:
        margin: The margin :math:`\alpha`.
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        reducer: ``"sum"`` over triplets as printed, ``"mean"``, ``"mean_nonzero"`` over those
            that violate the margin, or a reducer of pytorch-metric-learning.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`, triplets of rows, each
          :math:`(T)`
        - **output:** scalar

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning", eq. 4.
    """

    def __init__(
        self,
        margin: float = 0.2,
        distance: torch.nn.Module | None = None,
        reducer: str | torch.nn.Module = "mean",
    ) -> None:
        super().__init__()
        if isinstance(reducer, str) and reducer not in REDUCERS:
            raise ValueError(
                f"'reducer' needs to be one of {', '.join(REDUCERS)} (got {reducer!r})"
            )
        self.margin = margin
        self.distance = CosineSimilarity() if distance is None else distance
        self.reducer = reducer

    def forward(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | Pairs | None = None
    ) -> Tensor:
        """Reduce over the triplets; 0 with a gradient where there is none.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them [M].
            indices_tuple: Triplets, or pairs that share anchors; by default every pair of an
                outfit with the stranger drawn for it, as :class:`AllPairsMiner` collects them.
        """
        if indices_tuple is None:
            indices_tuple = AllPairsMiner()(embeddings, labels)
        anchor, positive, negative = as_triplets(indices_tuple)
        near = row_distances(self.distance, embeddings[anchor], embeddings[positive])
        far = row_distances(self.distance, embeddings[anchor], embeddings[negative])
        losses = torch.relu((far - near if self.distance.is_inverted else near - far) + self.margin)
        if isinstance(self.reducer, torch.nn.Module):
            whole = {
                "losses": losses if losses.numel() else 0,  # theirs knows "none" by this 0
                "indices": (anchor, positive, negative),
                "reduction_type": "triplet",
            }
            reduced: Tensor = self.reducer({"loss": whole}, embeddings, labels)
            return reduced
        if self.reducer == "sum":
            return losses.sum()
        count = losses.numel() if self.reducer == "mean" else (losses > 0).sum()
        return losses.sum() / max(int(count), 1)

    def extra_repr(self) -> str:
        """The margin, and the reducer where it is a name."""
        named = f", reducer={self.reducer}" if isinstance(self.reducer, str) else ""
        return f"margin={self.margin}{named}"
