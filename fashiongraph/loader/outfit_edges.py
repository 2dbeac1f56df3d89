"""Edges between the items of an outfit, and their weights."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_weight
from fashiongraph.errors import FashionGraphError


def outfit_edges(ptr: Tensor, self_loops: bool = False, num_nodes: int | None = None) -> Tensor:
    r"""Edges :math:`j \to i` of each ordered pair of items of an outfit.

    A ``batch`` vector in place of ``ptr`` is refused if it can be recognised: always with
    ``num_nodes``, and without it if it has an outfit of two or more nodes. Offsets of empty and
    one-item outfits only, with an empty one, look the same and need ``num_nodes``.

    Args:
        ptr: Offsets of the outfits [B + 1], as in PyG's batches: outfit o has the nodes
            ``ptr[o]`` to ``ptr[o + 1] - 1``.
        self_loops: Add an edge from every item to itself.
        num_nodes: Number of nodes, at which ``ptr`` has to end.

    Returns:
        ``edge_index`` [2, E], sorted by target (row 1), then source (row 0).

    Raises:
        FashionGraphError: If ``ptr`` does not increase from 0 to ``num_nodes``, or looks like a
            batch vector.

    Example:
        >>> outfit_edges(torch.tensor([0, 2, 3])).tolist()
        [[1, 0], [0, 1]]
    """
    sizes = ptr.diff()
    _check_ptr(ptr, sizes, num_nodes)
    start = ptr[:-1].repeat_interleave(sizes)
    num_senders = sizes.repeat_interleave(sizes) - (0 if self_loops else 1)
    receiver = torch.arange(len(start), device=ptr.device).repeat_interleave(num_senders)
    first = num_senders.cumsum(0) - num_senders  # position of each target's first edge
    sender = torch.arange(len(receiver), device=ptr.device) - (first - start)[receiver]
    if not self_loops:
        sender += sender >= receiver  # skip the target itself
    return torch.stack([sender, receiver])


def _check_ptr(ptr: Tensor, sizes: Tensor, num_nodes: int | None) -> None:
    if ptr.dim() != 1 or ptr.numel() == 0 or int(ptr[0]) != 0 or bool((sizes < 0).any()):
        raise FashionGraphError(
            f"'ptr' needs non-decreasing offsets from 0, shape [B + 1] (got {_shown(ptr)})"
        )
    if num_nodes is not None and int(ptr[-1]) != num_nodes:
        raise FashionGraphError(
            f"'ptr' needs to end at the number of nodes, {num_nodes} (got {_shown(ptr)})"
        )
    # A batch vector increases by 0 or 1, and by 0 within every outfit of two or more nodes.
    if num_nodes is None and len(sizes) and int(sizes.max()) < 2 and int(sizes.min()) == 0:
        raise FashionGraphError(
            "'ptr' needs offsets such as batch.ptr, not a batch vector; pass num_nodes if outfits "
            f"are empty (got {_shown(ptr)})"
        )


def _shown(ptr: Tensor) -> str:
    return f"{ptr.flatten()[:8].tolist()}{' …' if ptr.numel() > 8 else ''}"


def edge_weights(edge_index: Tensor, category_id: Tensor, graph: Data | None = None) -> Tensor:
    r"""Edge weights :math:`A_{c_i c_j}`, normalised such that the weights into a node sum to 1.

    .. math::
        w_{ij} = \frac{A_{c_i c_j}}{\sum_{k \to i} A_{c_i c_k}}

    Args:
        edge_index: Edges :math:`j \to i` [2, E].
        category_id: Category of each node [N].
        graph: Category graph of the training outfits; without one all :math:`A_{ij}` are 1.

    Returns:
        Weights [E].

    Raises:
        FashionGraphError: If a category is not one of the graph's.

    Example:
        >>> edge_weights(outfit_edges(torch.tensor([0, 3])), torch.tensor([0, 1, 1]))
        tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000])
    """
    sender, receiver = edge_index
    if graph is None:
        weight = torch.ones(receiver.size(0), device=edge_index.device)
    else:
        weight = category_weight(graph, category_id[receiver], category_id[sender])
    total: Tensor = scatter(weight, receiver, dim_size=category_id.size(0))
    return weight / total[receiver]
