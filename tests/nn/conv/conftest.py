"""Outfits as inputs of graph convolutions."""

from __future__ import annotations

import warnings

import pytest
import torch

K, H = 3, 8


@pytest.fixture
def outfits():
    """Function from sizes to states, edges between all items (shuffled), weights and outfits."""

    def make(sizes=(3, 1, 4, 2), dtype=torch.float32, seed=0):
        rng = torch.Generator().manual_seed(seed)
        batch = torch.repeat_interleave(torch.tensor(sizes, dtype=torch.long))
        pairs = (batch[:, None] == batch) & ~torch.eye(len(batch), dtype=torch.bool)
        edge_index = pairs.nonzero().t()
        edge_index = edge_index[:, torch.randperm(edge_index.size(1), generator=rng)]
        x = torch.randn(len(batch), K, H, generator=rng, dtype=dtype)
        return x, edge_index, torch.rand(edge_index.size(1), generator=rng, dtype=dtype), batch

    return make


@pytest.fixture
def adjacency():
    """Function from edges to a sparse matrix whose row is the target."""

    def make(edge_index, edge_weight, num_nodes, layout):
        matrix = torch.sparse_coo_tensor(
            edge_index.flip(0), edge_weight, (num_nodes, num_nodes), check_invariants=True
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CS", UserWarning)  # "is in beta state"
            return matrix if layout == torch.sparse_coo else matrix.to_sparse(layout=layout)

    return make
