"""Base class of the simple, semi-hard and hard miners."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import lexsort

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import row_distances
from fashiongraph.nn.functional import at_least_float32
from fashiongraph.nn.miners.indices import Triplets, check_labels, item_pairs, negative_rows


class ExemplarMiner(torch.nn.Module):
    """Base class of miners that choose a pair of items of each outfit and a negative for both.

    A batch consists of the items of outfits and one negative of the same category for each; see
    :func:`exemplar_labels`. Each item of a pair is the anchor of one triplet, with the other as
    its positive. Of equal distances the first in the batch counts. An outfit of fewer than two
    items gives no triplet, nor does an anchor without a negative that qualifies.

    As published, an outfit gives one pair. The farthest pair under an untrained network is
    uninformative, and training on it alone is slow (semi-hard) or collapses (hard). With
    ``every_pair`` only the negative is chosen, and training is stable.

    In a batch without negatives, such as one of pytorch-metric-learning's samplers, every item of
    another label is a candidate negative.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of items of an outfit instead of one.
        pool: Candidate negatives: ``"negatives"`` for the drawn ones, or ``"batch"`` for these and
            the items of all other outfits, the other reading of eq. M5.

    Raises:
        ValueError: If ``pool`` is another word, or ``"batch"`` for a miner with ``same_outfit``.

    Attributes:
        closest_pair: Choose the closest pair of the outfit instead of the farthest.
        farthest_negative: Choose the farthest negative instead of the closest.
        only_farther: Choose only negatives that are farther from the anchor than its positive.
        same_outfit: Choose only negatives that were drawn for items of the outfit.
        block_size: Number of distances that are computed at a time.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import EuclideanDistance, ExemplarMiner, exemplar_labels
        >>> class EasyMiner(ExemplarMiner):
        ...     closest_pair = True
        ...     same_outfit = True
        >>> labels = exemplar_labels(torch.tensor([0, 0, 0]))  # 3 items, 3 negatives
        >>> x = torch.tensor([[0.0], [4.0], [1.0], [2.0], [-5.0], [0.0]])
        >>> EasyMiner(EuclideanDistance(normalize_embeddings=False))(x, labels)
        (tensor([0, 2]), tensor([2, 0]), tensor([5, 3]))
    """

    closest_pair = False
    farthest_negative = False
    only_farther = False
    same_outfit = False
    block_size = 2**20  # fits the cache of a CPU

    def __init__(
        self,
        distance: torch.nn.Module | None = None,
        every_pair: bool = False,
        pool: str = "negatives",
    ) -> None:
        super().__init__()
        allowed = ("negatives",) if self.same_outfit else ("negatives", "batch")
        if pool not in allowed:
            raise ValueError(
                f"'pool' needs to be {' or '.join(map(repr, allowed))} for {type(self).__name__} "
                f"(got {pool!r})"
            )
        self.distance = CosineSimilarity() if distance is None else distance
        self.every_pair = every_pair
        self.pool = pool

    @torch.no_grad()
    def forward(
        self,
        embeddings: Tensor,
        labels: Tensor,
        ref_emb: Tensor | None = None,
        ref_labels: Tensor | None = None,
    ) -> Triplets:
        """Choose the triplets.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels`, or class labels from 0 [M].
            ref_emb: Not supported; pytorch-metric-learning passes embeddings of earlier batches.
            ref_labels: Not supported.

        Returns:
            Rows of anchors, positives and negatives, each [T], at most two triplets per pair.

        Raises:
            ValueError: If there is not one label for each embedding, negatives have other labels
                than those of :func:`exemplar_labels`, or ``ref_emb`` is given.
        """
        if ref_emb is not None or ref_labels is not None:
            raise ValueError(
                f"'ref_emb' needs to be None, since {type(self).__name__} chooses within one batch "
                f"(got {type(ref_emb).__name__})"
            )
        check_labels(embeddings, labels)
        embeddings, labels = at_least_float32(embeddings.detach()), labels.to(embeddings.device)
        # In half precision, negatives about as far as the positive would tie with it.
        with torch.autocast(embeddings.device.type, enabled=False):
            anchor, positive = self._pairs(embeddings, labels)
            if self.same_outfit and not self.only_farther and bool((labels < 0).any()):
                negative = self._from_outfit(embeddings, labels, anchor)
            else:
                negative = self._from_batch(embeddings, labels, anchor, positive)
        found = negative >= 0
        return anchor[found], positive[found], negative[found]

    def _pairs(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Anchors and positives: each chosen pair, then each pair reversed [T]."""
        first, second = item_pairs(labels)
        if not self.every_pair:
            distance = self._row_distances(embeddings, first, second)
            best = self._argmin(distance if self.closest_pair else -distance, labels[first])
            first, second = first[best], second[best]
        return torch.cat([first, second]), torch.cat([second, first])

    def _from_outfit(self, embeddings: Tensor, labels: Tensor, anchor: Tensor) -> Tensor:
        """Negative of each anchor among its outfit's, or -1, in memory linear in outfits [T]."""
        row, drawn_for = negative_rows(labels)
        outfit, order = labels[drawn_for].sort(stable=True)
        item, of_pair = anchor.unique(return_inverse=True)
        start = torch.searchsorted(outfit, labels[item])
        size = torch.searchsorted(outfit, labels[item], right=True) - start
        query = torch.arange(item.numel(), device=item.device).repeat_interleave(size)
        offset = (start - size.cumsum(0) + size)[query]
        candidate = row[order[torch.arange(query.numel(), device=item.device) + offset]]
        distance = self._row_distances(embeddings, item[query], candidate)
        best = self._argmin(-distance if self.farthest_negative else distance, query)
        negative = torch.full_like(item, -1)
        negative[query[best]] = candidate[best]
        return negative[of_pair]

    def _from_batch(
        self, embeddings: Tensor, labels: Tensor, anchor: Tensor, positive: Tensor
    ) -> Tensor:
        """Negative of each anchor in the batch, or -1 if none qualifies [T]."""
        if not anchor.numel():
            return anchor
        item, of_pair = anchor.unique(return_inverse=True)
        if not self.only_farther:  # the choice does not depend on the positive
            return self._nearest(embeddings, labels, item, None)[of_pair]
        order = of_pair.argsort()  # so that a block has few distinct anchors
        limit = self._row_distances(embeddings, anchor, positive)[order]
        negative = torch.empty_like(anchor)
        negative[order] = self._nearest(embeddings, labels, anchor[order], limit)
        return negative

    def _nearest(
        self, embeddings: Tensor, labels: Tensor, anchor: Tensor, limit: Tensor | None
    ) -> Tensor:
        """Closest, or farthest, negative beyond the limit of each anchor, or -1 [T]."""
        pool, drawn_for = negative_rows(labels)
        whole_batch = self.pool == "batch" or not pool.numel()
        if whole_batch:
            pool = drawn_for = torch.arange(labels.numel(), device=labels.device)
        excluded = -torch.inf if self.farthest_negative else torch.inf
        negative = torch.empty_like(anchor)
        for rows in torch.arange(len(anchor)).split(max(1, self.block_size // len(pool))):
            item, of_row = anchor[rows].unique(return_inverse=True)
            distance = self._oriented(self.distance(embeddings[item], embeddings[pool]))
            if whole_batch or self.same_outfit:
                same = labels[item].unsqueeze(1) == labels[drawn_for]
                distance = distance.masked_fill(same if whole_batch else ~same, excluded)
            distance = distance[of_row]
            if limit is not None:
                # Matrix products and sums over rows round differently: a negative as far as the
                # positive, such as the same item, must not count as farther.
                eps = torch.finfo(distance.dtype).eps
                bound = limit[rows] + 8 * eps * (1 + limit[rows].abs())
                distance = distance.masked_fill(distance <= bound.unsqueeze(1), excluded)
            best = distance.max(dim=1) if self.farthest_negative else distance.min(dim=1)
            negative[rows] = torch.where(best.values == excluded, -1, pool[best.indices])
        return negative

    @staticmethod
    def _argmin(values: Tensor, group: Tensor) -> Tensor:
        """Index of the smallest value of each group, the first of equal ones."""
        order: Tensor = lexsort([values, group])
        group = group[order]
        first = torch.ones_like(group, dtype=torch.bool)
        first[1:] = group[1:] != group[:-1]
        return order[first]

    def _row_distances(self, embeddings: Tensor, query: Tensor, ref: Tensor) -> Tensor:
        return self._oriented(row_distances(self.distance, embeddings[query], embeddings[ref]))

    def _oriented(self, distance: Tensor) -> Tensor:
        """Distances with the sign of similarities turned, so that larger is farther."""
        return -distance if self.distance.is_inverted else distance

    def extra_repr(self) -> str:
        """``every_pair`` and ``pool`` if set."""
        shown = ["every_pair=True"] if self.every_pair else []
        return ", ".join([*shown, f"pool={self.pool!r}"] if self.pool != "negatives" else shown)
