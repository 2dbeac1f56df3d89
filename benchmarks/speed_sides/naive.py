"""ADD-GNN composed of stock PyG modules: the baseline of the speed rows."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn import SimpleConv
from torch_geometric.utils import scatter

from fashiongraph.models import ADDGNN
from fashiongraph.nn.matmul import linear_rows

OVER_FLOPS = 1.15
"""Target of a row against the naive composition, in ratios of floating-point operations."""


class Naive(torch.nn.Module):
    """Eq. A1 to A8 as written, with the parameters of a model.

    Every node is encoded by itself, attributes are a loop, messages are gathered and scattered
    edge by edge, and every pair of an outfit is scored. Its products are by the back end of the
    model's (:func:`fashiongraph.nn.matmul.set_matmul_backend`).

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
        encoder = model.encoder.lin
        for k in range(model.num_attributes):
            h = linear_rows(x * model.mask.weight[k], encoder.weight, encoder.bias)
            for _ in range(model.num_steps):
                h = self.step(h, batch)
            sent = linear_rows(h[sender], model.scorer.weight[k].t())
            pairs = pairs + (sent * h[receiver]).sum(dim=-1)
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
        z = torch.sigmoid(linear_rows(a, w_z) + linear_rows(h, u_z))
        r = torch.sigmoid(linear_rows(a, w_r) + linear_rows(h, u_r))
        new = torch.tanh(linear_rows(a, w_h) + linear_rows(r * h, u_h))
        return (1 - z) * h + z * new
