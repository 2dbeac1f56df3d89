"""Retrieval metrics of a block of queries."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.evaluation.metrics.functional import (
    ranked_order,
    retrieval_average_precision,
    retrieval_recall,
)

_EXCLUDED = float("-inf")


class RankingBlock:
    """Ranking of the catalogue for a block of queries, with the metrics of outfit retrieval.

    See :func:`fashiongraph.evaluation.outfit_retrieval` for the definitions. Each method returns
    one number per query [Q] by the name of the metric.

    Args:
        score: Scores of all items of the catalogue [Q, n].
        relevant: Mask of the relevant items, other items of the outfit of other categories [Q, n].
        column: Column of the query in the catalogue [Q].
        category: Category of each item of the catalogue [n].
        num_categories: Number of categories, C.
        filter_category: Exclude candidates of the category of the query.

    Example:
        >>> block = RankingBlock(
        ...     torch.tensor([[1.0, 0.2, 0.1]]), relevant=torch.tensor([[False, False, True]]),
        ...     column=torch.tensor([0]), category=torch.tensor([0, 1, 2]), num_categories=3,
        ... )
        >>> block.item_level((1, 2))["item Recall@2"].tolist()
        [1.0]
    """

    def __init__(
        self,
        score: Tensor,
        relevant: Tensor,
        column: Tensor,
        category: Tensor,
        num_categories: int,
        filter_category: bool = True,
    ) -> None:
        self.relevant = relevant
        self.category = category
        self.query_category = category[column].unsqueeze(1)
        self.unfiltered = score.scatter(1, column.unsqueeze(1), _EXCLUDED)
        same = category == self.query_category
        self.score = self.unfiltered.masked_fill(same & filter_category, _EXCLUDED)
        row, item = relevant.nonzero(as_tuple=True)
        self.wanted = torch.zeros(len(score), num_categories, dtype=torch.bool)
        self.wanted[row, category[item]] = True
        self.order = ranked_order(self.score, self.wanted[:, category])

    def item_level(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Recall@k and AP of the relevant items."""
        ranked = self.relevant.gather(1, ranked_order(self.score, self.relevant))
        return {
            **{f"item Recall@{k}": retrieval_recall(ranked, k) for k in ks},
            "item mAP": retrieval_average_precision(ranked),
        }

    def category_level(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Recall@k of the categories of the relevant items, and AP of all items of these."""
        recall = {
            f"category Recall@{k}": (self._covered(k) & self.wanted).sum(dim=1)
            / self.wanted.sum(dim=1).double()
            for k in ks
        }
        ranked = self.wanted[:, self.category].gather(1, self.order)
        return {**recall, "category mAP": retrieval_average_precision(ranked)}

    def own_category(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Share of the query's category in the first k, without the category filter."""
        most = max(0, min(max(ks), self.unfiltered.size(1) - 1))
        first = self.unfiltered.topk(most, dim=1).indices
        same = self.category[first] == self.query_category
        return {f"own category@{k}": same[:, :k].double().mean(dim=1) for k in ks}

    def num_categories(self, ks: Sequence[int]) -> dict[str, Tensor]:
        """Number of categories in the first k."""
        return {f"categories@{k}": self._covered(k).sum(dim=1).double() for k in ks}

    def _covered(self, k: int) -> Tensor:
        """Mask of the categories in the first k [Q, C]."""
        first = self.order[:, :k]
        ranked = self.score.gather(1, first) > _EXCLUDED
        covered = torch.zeros_like(self.wanted)
        return covered.scatter_reduce(
            1, self.category[first], ranked, reduce="amax", include_self=True
        )
