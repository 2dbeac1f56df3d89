"""What the simple, semi-hard and hard miners share."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import lexsort

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.row_distances import row_distances
from fashiongraph.nn.miners.indices import Triplets, item_pairs


class ExemplarMiner(torch.nn.Module):
    """Base of the miners that choose two items an outfit, and a stranger for each.

    A batch is the items of outfits and one stranger of the same category for each; see
    :func:`exemplar_labels`. Each of the two items is the anchor of one triplet, with the other as
    its positive. Where several are equally far the one that comes first in the batch counts. An
    outfit of fewer than two items gives nothing, nor does an anchor for which no stranger
    qualifies.

    A batch without strangers, such as the samplers of pytorch-metric-learning draw, has every
    item of another label for a pool.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.

    Attributes:
        closest_pair: Whether the two items are the closest of the outfit, or the farthest.
        farthest_negative: Whether the stranger is the farthest, or the closest.
        only_farther: Whether strangers need to be farther from the anchor than its positive.
        only_own: Whether strangers are those drawn for the outfit, or the whole batch's.
    """

    closest_pair = False
    farthest_negative = False
    only_farther = False
    only_own = False

    def __init__(self, distance: torch.nn.Module | None = None) -> None:
        super().__init__()
        self.distance = CosineSimilarity() if distance is None else distance

    @torch.no_grad()
    def forward(self, embeddings: Tensor, labels: Tensor) -> Triplets:
        """Choose the triplets.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels [M]: the outfit of an item, a negative number for a stranger.

        Returns:
            Rows of anchors, positives and negatives, each [T], T at most two an outfit.
        """
        embeddings, labels = embeddings.detach(), labels.to(embeddings.device)
        first, second = self._pairs(embeddings, labels)
        anchor, positive = torch.cat([first, second]), torch.cat([second, first])
        pool, allowed = self._pool(labels, anchor)
        if not pool.numel() or not anchor.numel():
            return anchor[:0], positive[:0], pool[:0]
        apart = self._apart(self.distance(embeddings[anchor], embeddings[pool]))
        if self.only_farther:
            limit = self._row_apart(embeddings, anchor, positive)
            # Products of matrices and sums over rows round differently: what is as far as the
            # positive, such as the same item once more, must not count as farther.
            rounding = 8 * torch.finfo(apart.dtype).eps * (1 + limit.abs())
            allowed = allowed & (apart > (limit + rounding).unsqueeze(1))
        worst = -torch.inf if self.farthest_negative else torch.inf
        apart = apart.masked_fill(~allowed, worst)
        place = apart.argmax(dim=1) if self.farthest_negative else apart.argmin(dim=1)
        found = allowed.any(dim=1)
        return anchor[found], positive[found], pool[place[found]]

    def _pairs(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The two items of each outfit [B]."""
        first, second = item_pairs(labels)
        apart, outfit = self._row_apart(embeddings, first, second), labels[first]
        order = lexsort([apart if self.closest_pair else -apart, outfit])
        outfit = outfit[order]
        leads = torch.ones_like(outfit, dtype=torch.bool)
        leads[1:] = outfit[1:] != outfit[:-1]
        best = order[leads]
        return first[best], second[best]

    def _pool(self, labels: Tensor, anchor: Tensor) -> tuple[Tensor, Tensor]:
        """Rows that may be negatives [P], and for which anchors [2B, P]."""
        stranger = (labels < 0).nonzero().squeeze(1)
        if not stranger.numel():
            pool = torch.arange(labels.numel(), device=labels.device)
            return pool, labels[anchor].unsqueeze(1) != labels
        owner = labels[~labels[stranger]]  # the outfit that each was drawn for
        allowed = labels[anchor].unsqueeze(1) == owner
        return stranger, allowed if self.only_own else torch.ones_like(allowed)

    def _row_apart(self, embeddings: Tensor, one: Tensor, other: Tensor) -> Tensor:
        return self._apart(row_distances(self.distance, embeddings[one], embeddings[other]))

    def _apart(self, distance: Tensor) -> Tensor:
        """Distances turned so that larger is always farther."""
        return -distance if self.distance.is_inverted else distance
