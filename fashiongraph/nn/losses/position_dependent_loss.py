"""Double-header hinge loss of a position-dependent similarity (PDDM)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.distances.position_dependent_similarity import PositionDependentSimilarity
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_triplets


class PositionDependentLoss(torch.nn.Module):
    r"""Double-header hinge loss of a learned similarity and the Euclidean distance.

    .. math::
        L = \frac{1}{T} \sum_{(a, p, n)} \bigl[ \alpha + S(a, n) - S(a, p) \bigr]_+
        + \lambda \bigl[ \beta + D(a, p) - D(a, n) \bigr]_+

    with :math:`S` a :class:`PositionDependentSimilarity` and :math:`D` the Euclidean distance of
    embeddings of length 1. The paper writes each term for the hardest positive pair and the hardest
    negative of both its items: those are the two triplets that :class:`HardMiner` chooses for
    every outfit. The similarity is part of the loss and is trained with it; retrieval needs the
    embeddings only.

    Args:
        channels: Size of the embeddings, D.
        hidden_channels: Size of the hidden layers of the similarity; by default D.
        alpha: Margin of the similarity, :math:`\alpha`.
        beta: Margin of the distance, :math:`\beta`.
        weight: Weight of the distance, :math:`\lambda`.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`, triplets of rows, each
          :math:`(T)`
        - **output:** scalar

    Source: Huang, Loy, Tang, `"Local similarity-aware deep feature embedding"
    <https://arxiv.org/abs/1610.08904>`_ (NIPS 2016).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import PositionDependentLoss, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0, 1, 1]))  # 4 items, 4 negatives
        >>> loss = PositionDependentLoss(channels=8)
        >>> loss(torch.randn(8, 8), labels).shape
        torch.Size([])
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
        """Reset the similarity."""
        self.similarity.reset_parameters()

    def forward(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | Pairs | None = None
    ) -> Tensor:
        """Average over triplets; 0, with a gradient, for no triplets.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels` [M].
            indices_tuple: Triplets, or pairs that share anchors; by default those of
                :class:`AllPairsMiner`.
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
        """Violation of the margin by each triplet [T]."""
        near = distance.pairwise_distance(anchor, positive)
        far = distance.pairwise_distance(anchor, negative)
        return torch.relu(margin + distance.margin(near, far))

    def extra_repr(self) -> str:
        """The margins and the weight."""
        return f"alpha={self.alpha}, beta={self.beta}, weight={self.weight}"
