"""The edges of a batch as a sparse matrix."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils.sparse import index2ptr

# torch says so once per process, to whoever happens to train; the results are tested here.
warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")


def incoming(batch: Batch, weight: Tensor | None = None) -> Tensor:
    """Edge weights as a sparse matrix [N, N] whose row is the receiving item.

    A product with it replaces one gather and one scatter per edge. The edges that the library
    makes are sorted by receiver; others, of a PyG transform say, are sorted here.

    Args:
        batch: The batch.
        weight: Weights of its edges [E]; by default ``batch.edge_weight``.
    """
    sender, receiver = batch.edge_index
    weight = batch.edge_weight if weight is None else weight
    if bool((receiver[1:] < receiver[:-1]).any()):
        receiver, order = receiver.sort(stable=True)
        sender, weight = sender[order], weight[order]
    return torch.sparse_csr_tensor(
        index2ptr(receiver, batch.num_nodes),
        sender,
        weight,
        (batch.num_nodes, batch.num_nodes),
        check_invariants=False,
    )
