"""Some queries against the whole catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.evaluation.metrics.functional import (
    ranked_order,
    retrieval_average_precision,
    retrieval_recall,
)

_NOWHERE = float("-inf")


class RankingBlock:
    """Scores of a block of queries, and every metric of the retrieval protocol on them.

    The definitions are those of :func:`fashiongraph.evaluation.outfit_retrieval`. Each method
    returns one number per query by the name of the metric.

    Args:
        score: Scores of all items of the catalogue [Q, n].
        own: Whether an item is one of the outfit's others, of another category than the query's
            [Q, n].
        column: Where the query itself stands in the catalogue [Q].
        category: Category of each item of the catalogue [n].
        num_categories: Number of categories, C.
    """

    def __init__(
        self, score: Tensor, own: Tensor, column: Tensor, category: Tensor, num_categories: int
    ) -> None:
        self.own = own
        self.category = category
        self.query_category = category[column].unsqueeze(1)
        self.score = score.masked_fill(category == self.query_category, _NOWHERE)
        self.all_others = score.scatter(1, column.unsqueeze(1), _NOWHERE)
        row, item = own.nonzero(as_tuple=True)
        self.wanted = torch.zeros(len(score), num_categories, dtype=torch.bool)
        self.wanted[row, category[item]] = True
        self.order = ranked_order(self.score, self.wanted[:, category])

    def item_level(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Recall@k and AP, relevant being the outfit's own items."""
        ranked = self.own.gather(1, ranked_order(self.score, self.own))
        return {
            **{f"item Recall@{k}": retrieval_recall(ranked, k) for k in ks},
            "item mAP": retrieval_average_precision(ranked),
        }

    def category_level(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Recall@k of categories and AP of items, relevant being the outfit's categories."""
        recall = {
            f"category Recall@{k}": (self._covered(k) & self.wanted).sum(dim=1)
            / self.wanted.sum(dim=1).double()
            for k in ks
        }
        ranked = self.wanted[:, self.category].gather(1, self.order)
        return {**recall, "category mAP": retrieval_average_precision(ranked)}

    def own_category(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Share of the first k that are of the query's category, candidates not filtered."""
        most = max(0, min(max(ks), self.all_others.size(1) - 1))
        first = self.all_others.topk(most, dim=1).indices
        same = self.category[first] == self.query_category
        return {f"own category@{k}": same[:, :k].double().mean(dim=1) for k in ks}

    def num_categories(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Number of categories among the first k."""
        return {f"categories@{k}": self._covered(k).sum(dim=1).double() for k in ks}

    def _covered(self, k: int) -> Tensor:
        """Which categories the first k hold [Q, C]."""
        first = self.order[:, :k]
        takes_part = self.score.gather(1, first) > _NOWHERE
        covered = torch.zeros_like(self.wanted)
        return covered.scatter_reduce(
            1, self.category[first], takes_part, reduce="amax", include_self=True
        )
