"""ADD-GNN composed of stock PyG modules: the baseline of the speed rows."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn import SimpleConv
from torch_geometric.utils import scatter

from fashiongraph.models import ADDGNN


class Naive(torch.nn.Module):
    """Eq. A1 to A8 as written, with the parameters of a model.

    Every node is encoded by itself, attributes are a loop, messages are gathered and scattered
    edge by edge, and every pair of an outfit is scored.

    Args:
        model: The model, without activation.
    """

    def __init__(self, model: ADDGNN) -> None:
        super().__init__()
        self.model = model
        self.graph = model.graph  # weighs the edges of batches
        self.aggregate = SimpleConv(aggr="sum")

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        model, (sender, receiver) = self.model, batch.edge_index
        x = torch.nn.functional.rms_norm(batch.x, batch.x.shape[-1:])
        pairs = x.new_zeros(batch.edge_index.size(1))
        for k in range(model.num_attributes):
            h = model.encoder.lin(x * model.mask.weight[k])
            for _ in range(model.num_steps):
                h = self.step(h, batch)
            pairs = pairs + ((h[sender] @ model.scorer.weight[k]) * h[receiver]).sum(dim=-1)
        outfit = batch.batch[receiver]
        score: Tensor = scatter(pairs, outfit, dim_size=batch.num_graphs, reduce="mean")
        return score

    def step(self, h: Tensor, batch: Batch) -> Tensor:
        """One round of one attribute (eq. A5 and A6)."""
        conv = self.model.conv
        assert conv is not None
        w_z, w_r, w_h = conv.weight_ih.chunk(3)
        u_z, u_r, u_h = conv.weight_hh.chunk(3)
        a = self.aggregate(h, batch.edge_index, batch.edge_weight)
        z = torch.sigmoid(a @ w_z.t() + h @ u_z.t())
        r = torch.sigmoid(a @ w_r.t() + h @ u_r.t())
        new = torch.tanh(a @ w_h.t() + (r * h) @ u_h.t())
        return (1 - z) * h + z * new
