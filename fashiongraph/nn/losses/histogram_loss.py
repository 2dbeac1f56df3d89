"""The histogram loss: how much two distributions of similarities overlap."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_pairs


class HistogramLoss(torch.nn.Module):
    r"""Probability that a random negative pair is more similar than a random positive one.

    .. math::
        L = \sum_{r=0}^{R} h^-_r \sum_{q=0}^{r} h^+_q, \qquad
        h_r = \frac{1}{|S|} \sum_{s \in S} \Big[ 1 - \frac{|s - t_r|}{\Delta} \Big]_+

    where :math:`S` are the cosines of the positive or the negative pairs and the nodes
    :math:`t_r` divide :math:`[-1, 1]` into :math:`R` bins of width :math:`\Delta`.

    pytorch-metric-learning 2.9 has this loss too, and the two agree. Its own goes through all
    triplets of a batch, cubic in its size, and breaks where a cosine rounds to 1, as that of an
    item that occurs twice does; this one goes through pairs.

    Args:
        num_bins: Number of bins, R.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** scalar

    Source: Ustinova, Lempitsky, "Learning deep embeddings with histogram loss", NIPS 2016.
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
        """Overlap of the histograms; 0 with a gradient where either has no pair.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them, or any others [M].
            indices_tuple: Pairs or triplets, of which each unordered pair counts once; by
                default all pairs of an outfit's items, and all of an item and what is not of its
                outfit.
        """
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
        same, item = labels.unsqueeze(1) == labels, labels >= 0  # strangers are in no outfit
        alike = (same & item).triu(1)
        apart = (~same & (item | item.unsqueeze(1))).triu(1)
        return cosine.masked_select(alike), cosine.masked_select(apart)

    def _of_rows(self, embeddings: Tensor, one: Tensor, other: Tensor) -> Tensor:
        """Cosines of pairs of rows, each unordered pair once."""
        size = embeddings.size(0)
        pairs = torch.unique(torch.minimum(one, other) * size + torch.maximum(one, other))
        rows = pairs // max(size, 1), pairs % max(size, 1)
        return self.distance.pairwise_distance(embeddings[rows[0]], embeddings[rows[1]])

    def _histogram(self, cosine: Tensor) -> Tensor:
        """Shares of the cosines at the nodes [R + 1]."""
        place = (cosine.clamp(-1, 1) + 1) * (self.num_bins / 2)
        below = place.detach().floor().clamp(max=self.num_bins - 1)
        share, node = place - below, below.long()
        counts = place.new_zeros(self.num_bins + 1)
        counts = counts.index_add(0, node, 1 - share).index_add(0, node + 1, share)
        return counts / max(len(cosine), 1)

    def extra_repr(self) -> str:
        """The number of bins."""
        return f"num_bins={self.num_bins}"
