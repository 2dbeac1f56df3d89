"""Triplet loss over mixed categories (eq. M4)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import row_distances
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_triplets

REDUCERS = ("mean", "mean_nonzero", "sum")


class MixedCategoryTripletLoss(torch.nn.Module):
    r"""Triplet loss with positives from the same outfit, of any category.

    .. math::
        L = \sum_{(a, p, n)} \bigl[ d(a, p) - d(a, n) + \alpha \bigr]_+

    with :math:`a, p` items of one outfit, of any categories, and :math:`n` a negative. For a
    similarity :math:`d` both signs turn; the default is the hinge of cosines. The loss has the
    interface of pytorch-metric-learning's losses and accepts its distances and reducers.

    Args:
        margin: The margin :math:`\alpha`.
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        reducer: ``"sum"`` over triplets as in the equation, ``"mean"``, ``"mean_nonzero"`` over
            the triplets that violate the margin, or a reducer of pytorch-metric-learning.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`, triplets of rows, each
          :math:`(T)`
        - **output:** scalar

    Raises:
        ValueError: If ``reducer`` is another name.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018), eq. 4.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import MixedCategoryTripletLoss, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0]))  # 2 items and a negative for each
        >>> embeddings = torch.tensor([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0], [0.8, 0.6]])
        >>> MixedCategoryTripletLoss(margin=0.2)(embeddings, labels)  # (0 + 0.2) / 2
        tensor(0.1000)
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
        """Reduce over the triplets; 0, with a gradient, for no triplets.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels` [M].
            indices_tuple: Triplets, or pairs that share anchors; by default those of
                :class:`AllPairsMiner`.
        """
        if indices_tuple is None:
            indices_tuple = AllPairsMiner()(embeddings, labels)
        anchor, positive, negative = as_triplets(indices_tuple)
        near = row_distances(self.distance, embeddings[anchor], embeddings[positive])
        far = row_distances(self.distance, embeddings[anchor], embeddings[negative])
        losses = torch.relu((far - near if self.distance.is_inverted else near - far) + self.margin)
        if isinstance(self.reducer, torch.nn.Module):
            unreduced = {
                "losses": losses if losses.numel() else 0,  # the convention for no triplets
                "indices": (anchor, positive, negative),
                "reduction_type": "triplet",
            }
            reduced: Tensor = self.reducer({"loss": unreduced}, embeddings, labels)
            return reduced
        if self.reducer == "sum":
            return losses.sum()
        count = losses.numel() if self.reducer == "mean" else (losses > 0).sum()
        return losses.sum() / max(int(count), 1)

    def extra_repr(self) -> str:
        """The margin, and the reducer if it is a name."""
        named = f", reducer={self.reducer}" if isinstance(self.reducer, str) else ""
        return f"margin={self.margin}{named}"
