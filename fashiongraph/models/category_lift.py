"""How much more often the categories of an outfit meet than chance would have them."""

from __future__ import annotations

from copy import copy

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_count
from fashiongraph.models.mean_from_others import mean_from_others


def category_lift(graph: Data, batch: Batch) -> Tensor:
    r"""Score outfits by their categories alone [B].

    .. math::
        y = \operatorname{mean}_{i \neq j} \ln
            \frac{\mathrm{count}(c_i, c_j) + \lambda \rho_{c_i c_j}}
                 {\mathrm{count}(c_i) \, \mathrm{count}(c_j) / B + \lambda}

    over the B training outfits. :math:`\rho` is what to expect of two categories before anything
    was seen of them: 1, or what their groups say in a graph of
    :func:`~fashiongraph.data.group_categories`. An outfit of one item scores 0, and so does a pair
    with an unknown category (``-1``), which was seen in no outfit.

    Args:
        graph: Category graph of the training outfits.
        batch: Outfits.
    """
    lift = item_lift(graph, batch)
    score: Tensor = scatter(lift, batch.batch, dim_size=batch.num_graphs, reduce="mean")
    return score


def item_lift(graph: Data, batch: Batch) -> Tensor:
    """What the score of :func:`category_lift` is the mean of, by item [N].

    Args:
        graph: Category graph of the training outfits.
        batch: Outfits.
    """
    j, i = batch.edge_index
    lift = pair_lift(graph, batch.category_id[i], batch.category_id[j])
    return mean_from_others(lift, batch.edge_index, batch.num_nodes)


def pair_lift(graph: Data, receiver: Tensor, sender: Tensor) -> Tensor:
    """What the score of :func:`category_lift` is the mean of, for any pairs of categories.

    Args:
        graph: Category graph of the training outfits.
        receiver: Categories :math:`c_i`, any shape; ``-1`` is unknown.
        sender: Categories :math:`c_j`, the same shape.
    """
    # A model's own graph stays on the CPU, and what it remembers of items need not move.
    tensors = ("edge_index", "edge_count", "count", "group", "group_lift")
    graph = copy(graph).to(receiver.device, *tensors)
    count = torch.cat([graph.count, graph.count.new_zeros(1)])  # -1 picks the last entry
    chance = count[receiver] * count[sender] / max(graph.num_outfits, 1)
    expected = chance.new_ones(())
    if "group" in graph:
        known = (receiver >= 0) & (sender >= 0)
        expected = graph.group_lift[graph.group[receiver], graph.group[sender]]
        expected = torch.where(known, expected, 1.0)
    together = category_count(graph, receiver, sender)
    smoothing = graph.smoothing
    return torch.log((together + smoothing * expected) / (chance + smoothing))
