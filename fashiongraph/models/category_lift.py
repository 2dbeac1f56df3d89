"""How much more often the categories of an outfit meet than chance would have them."""

from __future__ import annotations

from copy import copy

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_weight


def category_lift(graph: Data, batch: Batch) -> Tensor:
    r"""Score outfits by their categories alone [B].

    .. math::
        y = \operatorname{mean}_{i \neq j} \ln \frac{A_{c_i c_j}}{p(c_j)},
        \qquad p(c) = \frac{\mathrm{count}(c) + \lambda}{B + C \lambda}

    An outfit of one item scores 0. An unknown category (``-1``) was seen in no outfit.

    Args:
        graph: Category graph of the training outfits (eq. A3), which are B.
        batch: Outfits.
    """
    # A model's own graph stays on the CPU, and what it remembers of items need not move.
    tensors = ("edge_index", "edge_weight", "default_weight", "count")
    graph = copy(graph).to(batch.category_id.device, *tensors)
    count = torch.cat([graph.count, graph.count.new_zeros(1)])  # -1 picks the last entry
    smoothed = count + graph.smoothing
    share = smoothed / (graph.num_outfits + len(graph.count) * graph.smoothing)
    j, i = batch.edge_index
    receiver, sender = batch.category_id[i], batch.category_id[j]
    lift = category_weight(graph, receiver, sender).log() - share.log()[sender]
    score: Tensor = scatter(lift, batch.batch[i], dim_size=batch.num_graphs, reduce="mean")
    return score
