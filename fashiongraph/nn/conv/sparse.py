"""Checks of edges, sparse adjacency matrices and sums over neighbours."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import is_sparse, is_torch_sparse_tensor
from torch_geometric.utils.sparse import index2ptr

# torch warns once per process; the results are tested here.
warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")


def check_nodes(x: Any) -> None:
    """Refuse bipartite input, a pair of source and target states.

    Raises:
        ValueError: If ``x`` is not one tensor.
    """
    if not isinstance(x, Tensor):
        raise ValueError(
            f"'x' needs to be one tensor of states, since the layer has no bipartite form "
            f"(got a {type(x).__name__})"
        )


def check_edges(edge_index: Adj, edge_weight: OptTensor) -> None:
    """Refuse edges and weights of other shapes, which broadcasting could hide.

    Args:
        edge_index: Edges [2, E], or a sparse adjacency [N, N].
        edge_weight: Weights [E] of ``edge_index``; a sparse adjacency holds its own.

    Raises:
        ValueError: If the shapes differ, or a sparse adjacency comes with ``edge_weight``.
    """
    if is_sparse(edge_index):
        if edge_weight is not None:
            raise ValueError(
                f"'edge_weight' needs to be None where 'edge_index' is sparse "
                f"(got the shape {tuple(edge_weight.shape)})"
            )
        return
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        raise ValueError(
            f"'edge_index' needs edges [2, E] (got the shape {tuple(edge_index.shape)})"
        )
    if edge_weight is not None and edge_weight.shape != edge_index.shape[1:]:
        raise ValueError(
            f"'edge_weight' needs one weight per edge, {edge_index.size(1)} "
            f"(got the shape {tuple(edge_weight.shape)})"
        )


def sparse_edges(
    layer: MessagePassing,
    base: type[MessagePassing],
    edge_index: Adj,
    edge_weight: OptTensor,
    num_nodes: int,
) -> tuple[Adj, OptTensor]:
    """Convert edges to a sparse matrix, unless messages are needed edge by edge.

    Explainers, compiled programs, hooks, edge weights with a gradient, aggregations other than
    sums, and subclasses that override ``message`` or ``aggregate`` need single edges.

    Args:
        layer: The layer that will propagate.
        base: The class whose ``message_and_aggregate`` equals its ``message`` and ``aggregate``.
        edge_index: Edges [2, E], or a sparse adjacency.
        edge_weight: Weights [E].
        num_nodes: Number of nodes, N.

    Returns:
        Edges and their weights, the weights :obj:`None` if the edges are a matrix that holds them.
    """
    if is_torch_sparse_tensor(edge_index):
        return edge_index.to_sparse_csr(), None  # once, not at each step
    overridden = any(
        getattr(type(layer), name) is not getattr(base, name)
        for name in ("message", "aggregate", "message_and_aggregate")
    )
    hooks = (
        layer._message_forward_pre_hooks,
        layer._message_forward_hooks,
        layer._aggregate_forward_pre_hooks,
        layer._aggregate_forward_hooks,
    )
    if (
        is_sparse(edge_index)
        or layer.explain
        or overridden
        or torch.compiler.is_compiling()
        or layer.aggr not in ("add", "sum")
        or layer.flow != "source_to_target"
        or (edge_weight is not None and edge_weight.requires_grad)
        or any(hooks)
    ):
        return edge_index, edge_weight
    return csr_adjacency(edge_index, edge_weight, num_nodes), None


def csr_adjacency(edge_index: Tensor, edge_weight: OptTensor, num_nodes: int) -> Tensor:
    """Sparse adjacency [N, N] of edges; the row is the target node.

    A product with it replaces one gather and one scatter per edge.

    Args:
        edge_index: Edges [2, E]; edges sorted by target are not sorted again.
        edge_weight: Weights [E]; by default 1.
        num_nodes: Number of nodes, N.
    """
    source, target = edge_index
    weight = (
        torch.ones(source.size(0), device=source.device) if edge_weight is None else edge_weight
    )
    # The check costs less than a sort on the CPU, but would wait for another device.
    if target.device.type != "cpu" or bool((target[1:] < target[:-1]).any()):
        target, order = target.sort(stable=True)
        source, weight = source[order], weight[order]
    return torch.sparse_csr_tensor(
        index2ptr(target, num_nodes),
        source,
        weight,
        (num_nodes, num_nodes),
        device=weight.device,
        check_invariants=False,
    )


def edges_from_items(edge_index: Adj, index: Tensor, num_items: int) -> Adj:
    """Replace the source node of each edge by the item that the node stands for.

    Args:
        edge_index: Edges [2, E], or a sparse matrix [N, N] whose row is the target.
        index: Item of each node [N].
        num_items: Number of items, U.

    Returns:
        Edges [2, E] whose sources are items, or a sparse matrix [N, U].
    """
    if not is_sparse(edge_index):
        return torch.stack([index[edge_index[0]], edge_index[1]])
    return torch.sparse_csr_tensor(
        edge_index.crow_indices(),
        index[edge_index.col_indices()],
        edge_index.values(),
        (index.numel(), num_items),
        device=index.device,
        check_invariants=False,  # sources are unsorted, and an item may occur twice
    )


def sparse_sum(adjacency: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """Sum over neighbours, weighted by a sparse adjacency, without intermediate copies.

    Args:
        adjacency: Sparse matrix [N, U] whose row is the target.
        x: Values of the sources [U, C].
        out: Values to which the sums are added [N, C]; overwritten if gradients are disabled.
    """
    if torch.is_grad_enabled():
        if out is None:
            return torch.addmm(x.new_zeros(()), adjacency, x, beta=0)
        return torch.addmm(out, adjacency, x)
    if out is None:
        new = x.new_empty(adjacency.size(0), x.size(1))
        return torch.addmm(new, adjacency, x, beta=0, out=new)  # beta=0: new is not read
    return torch.addmm(out, adjacency, x, out=out)
