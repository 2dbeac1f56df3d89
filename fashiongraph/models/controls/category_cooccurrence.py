"""A control that knows categories and nothing else."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch, Data
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_graph, category_weight
from fashiongraph.data.outfits import Outfits


class CategoryCooccurrence:
    r"""Scores an outfit by how much more often its categories meet than chance would have them.

    .. math::
        y = \operatorname{mean}_{i \neq j} \ln \frac{A_{c_i c_j}}{p(c_j)},
        \qquad p(c) = \frac{\mathrm{count}(c) + \lambda}{B + C \lambda}

    It sees no picture. What it reaches where strangers come from any category is what category
    alone tells; where they come from the same category all candidates tie. An outfit of one item
    scores 0.

    Args:
        graph: Category graph of the training outfits (eq. A3).
        num_outfits: Number of the training outfits, B.
    """

    def __init__(self, graph: Data, num_outfits: int) -> None:
        self.graph = graph
        self.categories: list[str] = []
        smoothed = graph.count + graph.smoothing
        self.log_share = (smoothed / (num_outfits + len(smoothed) * graph.smoothing)).log()

    @classmethod
    def from_outfits(cls, train: Outfits, smoothing: float = 1.0) -> CategoryCooccurrence:
        r"""Count the training outfits, and remember their vocabulary.

        Args:
            train: Training outfits.
            smoothing: The Laplace term :math:`\lambda`.
        """
        items = train.items
        graph = category_graph(train.category_id, train.batch, items.num_categories, smoothing)
        control = cls(graph, len(train))
        control.categories = list(items.categories)
        return control

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        j, i = batch.edge_index
        receiver, sender = batch.category_id[i], batch.category_id[j]
        lift = category_weight(self.graph, receiver, sender).log() - self.log_share[sender]
        score: Tensor = scatter(lift, batch.batch[i], dim_size=batch.num_graphs, reduce="mean")
        return score
