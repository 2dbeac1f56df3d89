"""What the other items of its outfit send to an item, on average."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.utils import scatter


def mean_from_others(value: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    """Mean of the values of edges by receiver [N], an item's edge to itself left out.

    Args:
        value: One value per edge [E].
        edge_index: Senders and receivers [2, E].
        num_nodes: Number of items, N. One that nothing is sent to has 0.
    """
    sender, receiver = edge_index
    other = (sender != receiver).to(value.dtype)
    total = scatter(value * other, receiver, dim_size=num_nodes)
    mean: Tensor = total / scatter(other, receiver, dim_size=num_nodes).clamp(min=1)
    return mean
