"""A control that knows categories and nothing else."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.category_graph import category_graph, group_categories
from fashiongraph.data.outfits import Outfits
from fashiongraph.models.category_pmi import category_pmi


class CategoryCooccurrence:
    """Scores an outfit by how much more often its categories meet than chance would have them.

    See :func:`~fashiongraph.models.category_pmi.category_pmi`. It sees no picture. What it
    reaches where strangers come from any category is what category alone tells; where they come
    from the same category all candidates tie.

    Args:
        graph: Category graph of the training outfits (eq. A3).
    """

    def __init__(self, graph: Data) -> None:
        self.graph = graph
        self.categories: list[str] = []

    @classmethod
    def from_outfits(
        cls, train: Outfits, smoothing: float = 1.0, groups: str | None = None
    ) -> CategoryCooccurrence:
        r"""Count the training outfits, and remember their vocabulary.

        Args:
            train: Training outfits.
            smoothing: The Laplace term :math:`\lambda`.
            groups: Column of the items with broader categories.
        """
        items = train.items
        graph = category_graph(train.category_id, train.batch, items.num_categories, smoothing)
        control = cls(graph if groups is None else group_categories(graph, items, groups))
        control.categories = list(items.categories)
        return control

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return category_pmi(self.graph, batch)
