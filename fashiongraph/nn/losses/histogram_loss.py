"""Histogram loss: overlap of the similarities of positive and negative pairs."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_pairs, check_labels


class HistogramLoss(torch.nn.Module):
    r"""Probability that a random negative pair is more similar than a random positive one.

    .. math::
        L = \sum_{r=0}^{R} h^-_r \sum_{q=0}^{r} h^+_q, \qquad
        h_r = \frac{1}{|S|} \sum_{s \in S} \left[ 1 - \frac{|s - t_r|}{\Delta} \right]_+

    where :math:`S` are the cosines of the positive or the negative pairs and the nodes
    :math:`t_r` divide :math:`[-1, 1]` into :math:`R` bins of width :math:`\Delta`.

    The loss of pytorch-metric-learning 2.9 gives the same values. It enumerates all triplets of a
    batch, which is cubic in its size, and fails where a cosine rounds to 1, such as that of an item
    that occurs twice; this implementation enumerates pairs.

    Args:
        num_bins: Number of bins, R.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** scalar

    Raises:
        ValueError: If ``num_bins`` is not positive.

    Source: Ustinova, Lempitsky, `"Learning deep embeddings with histogram loss"
    <https://arxiv.org/abs/1611.00822>`_ (NIPS 2016).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import HistogramLoss
        >>> embeddings = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        >>> HistogramLoss()(embeddings, torch.tensor([0, 0, 1, 1]))  # all in the right order
        tensor(0.)
    """

    def __init__(self, num_bins: int = 100) -> None:
        super().__init__()
        if num_bins < 1:
            raise ValueError(f"'num_bins' needs to be a positive integer (got {num_bins})")
        self.num_bins = num_bins
        self.distance = CosineSimilarity()

    def forward(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | Pairs | None = None
    ) -> Tensor:
        """Overlap of the histograms; 0, with a gradient, if either kind has no pair.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels`, or any class labels [M].
            indices_tuple: Pairs or triplets, of which each unordered pair counts once; by
                default all pairs of items of one outfit are positive, and all pairs of an item and
                an item of another outfit or a negative are negative.

        Raises:
            ValueError: If there is not one label for each embedding.
        """
        check_labels(embeddings, labels)
        if indices_tuple is None:
            cosines = self._of_all(embeddings, labels.to(embeddings.device))
        else:
            rows = as_pairs(indices_tuple)
            cosines = self._of_rows(embeddings, *rows[:2]), self._of_rows(embeddings, *rows[2:])
        positive, negative = (self._histogram(cosine) for cosine in cosines)
        return (negative * positive.cumsum(0)).sum()

    def _of_all(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines of all positive and of all negative pairs."""
        cosine = self.distance(embeddings)
        same, item = labels.unsqueeze(1) == labels, labels >= 0  # negatives are in no outfit
        positive = (same & item).triu(1)
        negative = (~same & (item | item.unsqueeze(1))).triu(1)
        return cosine.masked_select(positive), cosine.masked_select(negative)

    def _of_rows(self, embeddings: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Cosines of pairs of rows, each unordered pair once."""
        size = embeddings.size(0)
        pairs = torch.unique(torch.minimum(first, second) * size + torch.maximum(first, second))
        rows = pairs // max(size, 1), pairs % max(size, 1)
        return self.distance.pairwise_distance(embeddings[rows[0]], embeddings[rows[1]])

    def _histogram(self, cosine: Tensor) -> Tensor:
        """Shares of the cosines at the nodes [R + 1]."""
        position = (cosine.clamp(-1, 1) + 1) * (self.num_bins / 2)
        below = position.detach().floor().clamp(max=self.num_bins - 1)
        share, node = position - below, below.long()
        counts = position.new_zeros(self.num_bins + 1)
        counts = counts.index_add(0, node, 1 - share).index_add(0, node + 1, share)
        return counts / max(len(cosine), 1)

    def extra_repr(self) -> str:
        """The number of bins."""
        return f"num_bins={self.num_bins}"
