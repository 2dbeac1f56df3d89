"""The edges of a batch as a sparse matrix."""

from __future__ import annotations

import warnings

from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import to_torch_csr_tensor

# torch says so once per process, to whoever happens to train; the results are tested here.
warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")


def incoming(batch: Batch) -> Tensor:
    """Edge weights as a sparse matrix [N, N] whose row is the receiving item.

    A product with it replaces one gather and one scatter per edge. The edges of a batch are
    sorted by receiver and sender, hence nothing is sorted here.
    """
    size = (batch.num_nodes, batch.num_nodes)
    edges = batch.edge_index.flip(0)
    adjacency: Tensor = to_torch_csr_tensor(edges, batch.edge_weight, size, is_coalesced=True)
    return adjacency
