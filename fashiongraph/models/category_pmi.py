"""Co-occurrence prior of categories, and their pointwise mutual information (PMI)."""

from __future__ import annotations

from copy import copy

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.category_graph import category_count
from fashiongraph.errors import FashionGraphError
from fashiongraph.nn.functional import mean_over_neighbours, outfit_mean


class CategoryPMI(torch.nn.Module):
    r"""Co-occurrence prior of categories: smoothed PMI times a learned factor.

    .. math::
        \mathrm{prior}(i, j) = w \ln
            \frac{\mathrm{count}(c_i, c_j) + \lambda \rho_{c_i c_j}}
                 {\mathrm{count}(c_i) \, \mathrm{count}(c_j) / B + \lambda}

    over the B training outfits, with :math:`\lambda` the smoothing of the graph. :math:`\rho` is 1,
    or the ratio of the groups of both categories in a graph of
    :func:`~fashiongraph.data.group_categories`. The prior of an unknown category (``-1``) is 0.

    Args:
        scale: Initial value of the learned factor w.

    Shapes:
        - **input:** a batch with E edges, the category graph of the training outfits
        - **output:** scores of edges :math:`(E)`

    Example:
        >>> from fashiongraph.data import category_graph
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> items = outfits.items
        >>> graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
        >>> batch = OutfitBatcher(items)(outfits)
        >>> CategoryPMI()(batch, graph).shape == batch.edge_weight.shape
        True
    """

    term = "co-occurrence of categories"

    def __init__(self, scale: float = 4.0) -> None:
        super().__init__()
        self.scale = float(scale)
        self.weight = torch.nn.Parameter(torch.tensor(self.scale))

    def forward(self, batch: Batch, graph: Data | None) -> Tensor:
        """Score the edges of a batch.

        Raises:
            FashionGraphError: If ``graph`` is :obj:`None`.
        """
        if graph is None:
            raise FashionGraphError(
                "CategoryPMI needs a category graph: fit(..., graph=category_graph(...))"
            )
        j, i = batch.edge_index
        return self.weight * pair_pmi(graph, batch.category_id[i], batch.category_id[j])

    def extra_repr(self) -> str:
        """The learned factor."""
        return f"weight={float(self.weight.detach()):.3g}"


def pair_pmi(graph: Data, target: Tensor, source: Tensor) -> Tensor:
    """Smoothed PMI of pairs of categories; see :class:`CategoryPMI`.

    Args:
        graph: Category graph of the training outfits.
        target: Categories :math:`c_i`, any shape; ``-1`` is unknown.
        source: Categories :math:`c_j`, the same shape.
    """
    # The graph of a model stays on the CPU; only these of its tensors are read here.
    tensors = ("edge_index", "edge_count", "count", "group", "group_ratio", "count_table")
    graph = copy(graph).to(target.device, *tensors)
    count = torch.cat([graph.count, graph.count.new_zeros(1)])  # -1 picks the last entry
    expected = count[target] * count[source] / max(graph.num_outfits, 1)
    ratio = expected.new_ones(())
    if "group" in graph:
        both = (target >= 0) & (source >= 0)
        ratio = graph.group_ratio[graph.group[target], graph.group[source]]
        ratio = torch.where(both, ratio, 1.0)
    observed = category_count(graph, target, source)
    return torch.log((observed + graph.smoothing * ratio) / (expected + graph.smoothing))


def category_pmi(graph: Data, batch: Batch) -> Tensor:
    r"""Mean PMI of the ordered pairs of categories of each outfit [B]; 0 for an outfit of one item.

    Args:
        graph: Category graph of the training outfits.
        batch: Outfits.
    """
    j, i = batch.edge_index
    pmi = pair_pmi(graph, batch.category_id[i], batch.category_id[j])
    items = mean_over_neighbours(pmi, batch.edge_index, batch.num_nodes)
    return outfit_mean(items, batch.batch, batch.num_graphs)
