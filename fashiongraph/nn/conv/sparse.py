"""Sparse adjacency matrices and sums over neighbours."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import is_sparse, is_torch_sparse_tensor
from torch_geometric.utils.sparse import index2ptr

# torch warns once per process; the results are tested here.
warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")


def sparse_edges(
    layer: MessagePassing,
    base: type[MessagePassing],
    edge_index: Adj,
    edge_weight: OptTensor,
    num_nodes: int,
) -> tuple[Adj, OptTensor]:
    """Edges as a sparse matrix, unless something needs single edges.

    These are explainers, compiled programs, hooks, edge weights with a gradient, other aggregations
    than sums, and subclasses of a layer with messages of their own.

    Args:
        layer: The layer that will propagate.
        base: The class whose ``message_and_aggregate`` equals its ``message`` and ``aggregate``.
        edge_index: Edges [2, E], or a sparse adjacency.
        edge_weight: Weights [E].
        num_nodes: Number of nodes, N.
    """
    if is_torch_sparse_tensor(edge_index):
        return edge_index.to_sparse_csr(), None  # once, not at each step
    own_messages = any(
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
        or own_messages
        or torch.compiler.is_compiling()
        or layer.aggr not in ("add", "sum")
        or layer.flow != "source_to_target"
        or (edge_weight is not None and edge_weight.requires_grad)
        or any(hooks)
    ):
        return edge_index, edge_weight
    return csr_adjacency(edge_index, edge_weight, num_nodes), None


def csr_adjacency(edge_index: Tensor, edge_weight: OptTensor, num_nodes: int) -> Tensor:
    """Edges as a sparse matrix [N, N] whose row is the target node.

    A product with it replaces one gather and one scatter per edge.

    Args:
        edge_index: Edges [2, E]; sorted by target they are taken as they are.
        edge_weight: Weights [E]; by default 1.
        num_nodes: Number of nodes, N.
    """
    sender, receiver = edge_index
    weight = torch.ones(sender.size(0), device=sender.device) if edge_weight is None else edge_weight
    if bool((receiver[1:] < receiver[:-1]).any()):
        receiver, order = receiver.sort(stable=True)
        sender, weight = sender[order], weight[order]
    return torch.sparse_csr_tensor(
        index2ptr(receiver, num_nodes),
        sender,
        weight,
        (num_nodes, num_nodes),
        check_invariants=False,
    )


def edges_from_items(edge_index: Adj, index: Tensor, num_items: int) -> Adj:
    """Edges between nodes as edges from distinct items to nodes.

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
        check_invariants=False,  # sources are in no order, and an item may come twice
    )


def sparse_sum(adjacency: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """Weighted sums over neighbours, without intermediate copies.

    Args:
        adjacency: Sparse matrix [N, U] whose row is the target.
        x: Values of the sources [U, C].
        out: Values that the sums are added to [N, C]; overwritten where no gradient needs it.
    """
    if torch.is_grad_enabled():
        if out is None:
            return torch.addmm(x.new_zeros(()), adjacency, x, beta=0)
        return torch.addmm(out, adjacency, x)
    if out is None:
        new = x.new_empty(adjacency.size(0), x.size(1))
        return torch.addmm(new, adjacency, x, beta=0, out=new)  # beta=0: new is not read
    return torch.addmm(out, adjacency, x, out=out)
