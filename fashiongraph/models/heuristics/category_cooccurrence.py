"""Heuristic baseline by category co-occurrence."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.category_graph import category_graph, group_categories
from fashiongraph.data.outfits import Outfits
from fashiongraph.models.category_pmi import category_pmi


class CategoryCooccurrence:
    """Heuristic baseline: mean smoothed PMI of the categories of an outfit.

    Its PMI is that of :class:`~fashiongraph.models.CategoryPMI`. It reads no features. With
    negatives of any category, it measures how much categories alone explain; with negatives of the
    same category, all candidates tie.

    Args:
        graph: Category graph of the training outfits (eq. A3).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.evaluation import score_outfits
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> score_outfits(CategoryCooccurrence.from_outfits(outfits), outfits).shape
        torch.Size([60])
    """

    def __init__(self, graph: Data) -> None:
        self.graph = graph
        self.categories: list[str] = []

    @classmethod
    def from_outfits(
        cls, train: Outfits, smoothing: float = 1.0, groups: str | None = None
    ) -> CategoryCooccurrence:
        r"""Count the categories of training outfits.

        Args:
            train: Training outfits.
            smoothing: The Laplace term :math:`\lambda`.
            groups: Column of the items with broader categories, for pairs that were not observed.
        """
        items = train.items
        graph = category_graph(train.category_id, train.batch, items.num_categories, smoothing)
        baseline = cls(graph if groups is None else group_categories(graph, items, groups))
        baseline.categories = list(items.categories)
        return baseline

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return category_pmi(self.graph, batch)
