"""Sums over neighbours as sparse matrix products."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.typing import Adj
from torch_geometric.utils import is_sparse


def edges_from_items(edge_index: Adj, slot: Tensor, num_items: int) -> Adj:
    """Edges between nodes as edges from the distinct items that send.

    Args:
        edge_index: Edges [2, E], or a sparse matrix [N, N] whose row receives.
        slot: Item of each node [N].
        num_items: Number of items, U.

    Returns:
        Edges [2, E] whose senders are items, or a sparse matrix [N, U].
    """
    if not is_sparse(edge_index):
        return torch.stack([slot[edge_index[0]], edge_index[1]])
    return torch.sparse_csr_tensor(
        edge_index.crow_indices(),
        slot[edge_index.col_indices()],
        edge_index.values(),
        (slot.numel(), num_items),
        check_invariants=False,  # senders are in no order, and an item may come twice
    )


def sparse_sum(among: Tensor, sent: Tensor, onto: Tensor | None = None) -> Tensor:
    """Sum what neighbours send, without a copy on the way.

    Args:
        among: Weights of who hears whom, a sparse matrix [N, U].
        sent: What each sends [U, C].
        onto: What to add the sums to [N, C]; where no gradient needs it, it is overwritten.
    """
    if torch.is_grad_enabled():
        if onto is None:
            return torch.addmm(sent.new_zeros(()), among, sent, beta=0)
        return torch.addmm(onto, among, sent)
    if onto is None:
        new = sent.new_empty(among.size(0), sent.size(1))
        return torch.addmm(new, among, sent, beta=0, out=new)  # beta=0: reads nothing of it
    return torch.addmm(onto, among, sent, out=onto)
