"""Edges between the items of an outfit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_weight


def outfit_edges(ptr: Tensor, self_loops: bool = False) -> Tensor:
    """Join each ordered pair of items of one outfit, for batches made by hand.

    Args:
        ptr: Offsets of the outfits [B + 1], as PyG's batches carry them: outfit o holds the nodes
            ``ptr[o]`` to ``ptr[o + 1] - 1``.
        self_loops: Also join every item with itself.

    Returns:
        ``edge_index`` [2, E], senders first, sorted by receiver, then sender.
    """
    sizes = ptr.diff()
    start = ptr[:-1].repeat_interleave(sizes)
    num_senders = sizes.repeat_interleave(sizes) - (0 if self_loops else 1)
    receiver = torch.arange(len(start), device=ptr.device).repeat_interleave(num_senders)
    first = num_senders.cumsum(0) - num_senders  # place of each receiver's first edge
    sender = torch.arange(len(receiver), device=ptr.device) - (first - start)[receiver]
    if not self_loops:
        sender += sender >= receiver  # leave the receiver itself out
    return torch.stack([sender, receiver])


def edge_weights(edge_index: Tensor, category_id: Tensor, graph: Data | None = None) -> Tensor:
    r"""Weigh edges by :math:`A_{c_i c_j}`, divided so that what arrives at an item sums to 1.

    Args:
        edge_index: Edges :math:`j \to i` [2, E], senders first.
        category_id: Category of each node [N].
        graph: Category graph of the training outfits; without one all edges weigh alike.

    Returns:
        Weights [E].

    Raises:
        FashionGraphError: If a category is not one of the graph's.
    """
    sender, receiver = edge_index
    if graph is None:
        weight = torch.ones(receiver.size(0), device=edge_index.device)
    else:
        weight = category_weight(graph, category_id[receiver], category_id[sender])
    total: Tensor = scatter(weight, receiver, dim_size=category_id.size(0))
    return weight / total[receiver]
