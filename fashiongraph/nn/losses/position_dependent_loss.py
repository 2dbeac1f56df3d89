"""The double-header hinge loss that trains a position-dependent similarity (PDDM)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.distances.position_dependent_similarity import PositionDependentSimilarity
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_triplets


class PositionDependentLoss(torch.nn.Module):
    r"""Asks a learned similarity and the Euclidean distance to agree on what is close.

    .. math::
        L = \frac{1}{T} \sum_{(a, p, n)} \big[ \alpha + S(a, n) - S(a, p) \big]_+
        + \lambda \big[ \beta + D(a, p) - D(a, n) \big]_+

    with :math:`S` the unit and :math:`D` the distance of embeddings of length 1. The paper writes
    each head for the hardest positive pair and the hardest negative of either member: those are
    two triplets, and :class:`HardMiner` finds just these for every outfit. The unit lives in the
    loss, so that it trains along; retrieval then needs the embeddings alone.

    Args:
        channels: Size of the embeddings, D.
        hidden_channels: Size of the unit's hidden layers; by default D.
        alpha: Margin of the similarity, :math:`\alpha`.
        beta: Margin of the distance, :math:`\beta`.
        weight: Weight of the distance, :math:`\lambda`.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`, triplets of rows, each
          :math:`(T)`
        - **output:** scalar

    Source: Huang, Loy, Tang, "Local similarity-aware deep feature embedding", NIPS 2016.
    """

    def __init__(
        self,
        channels: int,
        hidden_channels: int | None = None,
        alpha: float = 0.5,
        beta: float = 1.0,
        weight: float = 0.5,
    ) -> None:
        super().__init__()
        self.similarity = PositionDependentSimilarity(channels, hidden_channels)
        self.distance = EuclideanDistance()
        self.alpha = alpha
        self.beta = beta
        self.weight = weight

    def reset_parameters(self) -> None:
        """Draw the unit anew."""
        self.similarity.reset_parameters()

    def forward(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | Pairs | None = None
    ) -> Tensor:
        """Average over triplets; 0 with a gradient where there is none.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them [M].
            indices_tuple: Triplets, or pairs that share anchors; by default every pair of an
                outfit with the stranger drawn for it.
        """
        if indices_tuple is None:
            indices_tuple = AllPairsMiner()(embeddings, labels)
        a, p, n = (embeddings[rows] for rows in as_triplets(indices_tuple))
        metric = self._violation(self.similarity, a, p, n, self.alpha)
        distance = self._violation(self.distance, a, p, n, self.beta)
        return (metric + self.weight * distance).sum() / max(len(a), 1)

    @staticmethod
    def _violation(
        distance: PositionDependentSimilarity | EuclideanDistance,
        anchor: Tensor,
        positive: Tensor,
        negative: Tensor,
        margin: float,
    ) -> Tensor:
        """By how much each triplet falls short of the margin [T]."""
        near = distance.pairwise_distance(anchor, positive)
        far = distance.pairwise_distance(anchor, negative)
        return torch.relu(margin + distance.margin(near, far))

    def extra_repr(self) -> str:
        """The margins and the weight."""
        return f"alpha={self.alpha}, beta={self.beta}, weight={self.weight}"
