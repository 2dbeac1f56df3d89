"""What the simple, semi-hard and hard miners share."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import lexsort

from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import row_distances
from fashiongraph.nn.functional import at_least_float32
from fashiongraph.nn.miners.indices import Triplets, item_pairs, stranger_rows

_CELLS = 2**20  # distances at a time, which fit a cache


class ExemplarMiner(torch.nn.Module):
    """Base of the miners that choose pairs of an outfit's items, and a stranger for each item.

    A batch is the items of outfits and one stranger of the same category for each; see
    :func:`exemplar_labels`. Each item of a pair is the anchor of one triplet, with the other as
    its positive. Where several are equally far the one that comes first in the batch counts. An
    outfit of fewer than two items gives nothing, nor does an anchor for which no stranger
    qualifies.

    As printed, an outfit gives one pair. The farthest one of a fresh network says little of
    taste, and training on nothing else is slow (semi-hard) or collapses (hard); with
    ``every_pair`` only the stranger is chosen, and training is stable.

    A batch without strangers, such as the samplers of pytorch-metric-learning draw, has every
    item of another label for a pool.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of an outfit's items instead of one.

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

    def __init__(self, distance: torch.nn.Module | None = None, every_pair: bool = False) -> None:
        super().__init__()
        self.distance = CosineSimilarity() if distance is None else distance
        self.every_pair = every_pair

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
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them, or no strangers' [M].
            ref_emb: Refused: pytorch-metric-learning passes a memory of earlier batches here.
            ref_labels: Likewise.

        Returns:
            Rows of anchors, positives and negatives, each [T], T at most two a pair.

        Raises:
            ValueError: If there are strangers and no telling whose they are, or anything is
                compared with another batch.
        """
        if ref_emb is not None or ref_labels is not None:
            raise ValueError(
                f"'ref_emb' needs to be None: {type(self).__name__} chooses within one batch, "
                "where strangers were drawn for its items"
            )
        embeddings, labels = at_least_float32(embeddings.detach()), labels.to(embeddings.device)
        # In half precision strangers about as far as the positive could not be told from it.
        with torch.autocast(embeddings.device.type, enabled=False):
            anchor, positive = self._pairs(embeddings, labels)
            if self.only_own and not self.only_farther and bool((labels < 0).any()):
                negative = self._of_own(embeddings, labels, anchor)
            else:
                negative = self._of_pool(embeddings, labels, anchor, positive)
        found = negative >= 0
        return anchor[found], positive[found], negative[found]

    def _pairs(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Anchors and positives: each chosen pair, then each the other way around [T]."""
        first, second = item_pairs(labels)
        if not self.every_pair:
            apart = self._row_apart(embeddings, first, second)
            best = self._least(apart if self.closest_pair else -apart, labels[first])
            first, second = first[best], second[best]
        return torch.cat([first, second]), torch.cat([second, first])

    def _of_own(self, embeddings: Tensor, labels: Tensor, anchor: Tensor) -> Tensor:
        """What :meth:`_of_pool` gives without a constraint, in memory linear in outfits [T]."""
        stranger, owner = stranger_rows(labels)
        outfit, order = labels[owner].sort(stable=True)
        item, of_pair = anchor.unique(return_inverse=True)
        start = torch.searchsorted(outfit, labels[item])
        size = torch.searchsorted(outfit, labels[item], right=True) - start
        one = torch.arange(item.numel(), device=item.device).repeat_interleave(size)
        place = torch.arange(one.numel(), device=item.device) + (start - size.cumsum(0) + size)[one]
        other = stranger[order[place]]
        apart = self._row_apart(embeddings, item[one], other)
        best = self._least(-apart if self.farthest_negative else apart, one)
        negative = torch.full_like(item, -1)
        negative[one[best]] = other[best]
        return negative[of_pair]

    def _of_pool(
        self, embeddings: Tensor, labels: Tensor, anchor: Tensor, positive: Tensor
    ) -> Tensor:
        """The negative of each anchor, or -1 where none qualifies [T]."""
        if not anchor.numel():
            return anchor
        item, of_pair = anchor.unique(return_inverse=True)
        if not self.only_farther:  # all pairs of an item choose alike
            return self._nearest(embeddings, labels, item, None)[of_pair]
        order = of_pair.argsort()  # so that a block holds few items
        limit = self._row_apart(embeddings, anchor, positive)[order]
        negative = torch.empty_like(anchor)
        negative[order] = self._nearest(embeddings, labels, anchor[order], limit)
        return negative

    def _nearest(
        self, embeddings: Tensor, labels: Tensor, anchor: Tensor, limit: Tensor | None
    ) -> Tensor:
        """The closest, or farthest, of what is beyond each anchor's limit, or -1 [T]."""
        pool, owner = stranger_rows(labels)
        alone = not pool.numel()
        if alone:
            pool = owner = torch.arange(labels.numel(), device=labels.device)
        never = -torch.inf if self.farthest_negative else torch.inf
        negative = torch.empty_like(anchor)
        for rows in torch.arange(len(anchor)).split(max(1, _CELLS // len(pool))):
            item, of_row = anchor[rows].unique(return_inverse=True)
            apart = self._apart(self.distance(embeddings[item], embeddings[pool]))
            if alone or self.only_own:
                same = labels[item].unsqueeze(1) == labels[owner]
                apart = apart.masked_fill(same if alone else ~same, never)
            apart = apart[of_row]
            if limit is not None:
                # Products of matrices and sums over rows round differently: what is as far as the
                # positive, such as the same item once more, must not count as farther.
                eps = torch.finfo(apart.dtype).eps
                bound = limit[rows] + 8 * eps * (1 + limit[rows].abs())
                apart = apart.masked_fill(apart <= bound.unsqueeze(1), never)
            best = apart.max(dim=1) if self.farthest_negative else apart.min(dim=1)
            negative[rows] = torch.where(best.values == never, -1, pool[best.indices])
        return negative

    @staticmethod
    def _least(values: Tensor, group: Tensor) -> Tensor:
        """Where the smallest value of each group is, the first of equal ones."""
        order: Tensor = lexsort([values, group])
        group = group[order]
        leads = torch.ones_like(group, dtype=torch.bool)
        leads[1:] = group[1:] != group[:-1]
        return order[leads]

    def _row_apart(self, embeddings: Tensor, one: Tensor, other: Tensor) -> Tensor:
        return self._apart(row_distances(self.distance, embeddings[one], embeddings[other]))

    def _apart(self, distance: Tensor) -> Tensor:
        """Distances turned so that larger is always farther."""
        return -distance if self.distance.is_inverted else distance

    def extra_repr(self) -> str:
        """Whether every pair is taken."""
        return "every_pair=True" if self.every_pair else ""
