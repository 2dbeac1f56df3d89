"""The node-wise gated graph layer of NGNN."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.nn.inits import glorot, zeros
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import is_sparse, spmm

from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv.sparse import sparse_edges


class NGNNConv(MessagePassing):
    r"""Passes messages that each category says and hears in its own way.

    .. math::
        \mathbf{a}_i &= \mathbf{W}^{\mathrm{recv}}_{c_i}
        \sum_j A_{ij} \mathbf{W}^{\mathrm{send}}_{c_j} \mathbf{h}_j

        \mathbf{z}_i &= \sigma(\mathbf{W}_z \mathbf{a}_i + \mathbf{U}_z \mathbf{h}_i
        + \mathbf{b}_z)

        \mathbf{r}_i &= \sigma(\mathbf{W}_r \mathbf{a}_i + \mathbf{U}_r \mathbf{h}_i
        + \mathbf{b}_r)

        \tilde{\mathbf{h}}_i &= \tanh(\mathbf{W}_h \mathbf{a}_i
        + \mathbf{U}_h (\mathbf{r}_i \odot \mathbf{h}_i) + \mathbf{b}_h)

        \mathbf{h}_i &\leftarrow (1 - \mathbf{z}_i) \odot \mathbf{h}_i
        + \mathbf{z}_i \odot \tilde{\mathbf{h}}_i

    The projections are one matrix per category, without a bias; the gated unit is shared by all
    items and steps. An item of unknown category (``-1``) is projected by the mean of all matrices,
    and one without neighbours hears :math:`\mathbf{a}_i = 0`.

    Args:
        channels: Size of a state, D.
        num_categories: Number of categories, C.
        num_steps: Number of rounds of message passing.
        update_keeps: Let :math:`\mathbf{z}` weigh the old state and :math:`1 - \mathbf{z}` the
            new, as the published code does. Both spellings say the same with gates of opposite
            sign, but their biases, which start at 1, then make a fresh unit keep its state.
        **kwargs: Further arguments of :class:`torch_geometric.nn.conv.MessagePassing`.

    Shapes:
        - **input:** states :math:`(N, D)`; edges :math:`(2, E)` from ``edge_index[0]`` to
          ``edge_index[1]``, or a sparse adjacency :math:`(N, N)` whose row is the receiving item;
          categories :math:`(N)`; weights :math:`(E)`
        - **output:** states :math:`(N, D)`

    Source: Cui, Li, Wu, Zhang, Wang, "Dressing as a whole: outfit compatibility learning based on
    node-wise graph neural networks".
    """

    def __init__(
        self,
        channels: int,
        num_categories: int,
        num_steps: int = 1,
        update_keeps: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=0, **kwargs)
        if num_steps < 1:
            raise ValueError(f"'num_steps' needs to be a positive integer (got {num_steps})")
        self.channels = channels
        self.num_categories = num_categories
        self.num_steps = num_steps
        self.update_keeps = update_keeps
        self.send = CategoryLinear(channels, channels, num_categories)
        self.receive = CategoryLinear(channels, channels, num_categories)
        self.gates = torch.nn.Linear(2 * channels, 2 * channels)
        self.candidate = torch.nn.Linear(2 * channels, channels)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew; the gates' biases start at 1."""
        super().reset_parameters()
        self.send.reset_parameters()
        self.receive.reset_parameters()
        glorot(self.gates.weight)
        torch.nn.init.ones_(self.gates.bias)
        glorot(self.candidate.weight)
        zeros(self.candidate.bias)

    def forward(
        self, x: Tensor, edge_index: Adj, category_id: Tensor, edge_weight: OptTensor = None
    ) -> Tensor:
        """Run ``num_steps`` rounds.

        Args:
            x: States [N, D].
            edge_index: Edges [2, E], or a sparse adjacency [N, N] whose row receives.
            category_id: Categories [N].
            edge_weight: Weights [E] of ``edge_index``; a sparse adjacency holds its own.

        Raises:
            ValueError: If a sparse adjacency comes with ``edge_weight``.
        """
        if edge_weight is not None and is_sparse(edge_index):
            raise ValueError("'edge_weight' needs to be None where 'edge_index' is sparse")
        edge_index, edge_weight = sparse_edges(self, NGNNConv, edge_index, edge_weight, x.size(0))
        for _ in range(self.num_steps):
            source = self.send(x, category_id)
            aggregated = self.propagate(edge_index, x=source, edge_weight=edge_weight)
            aggregated = self.receive(aggregated, category_id)
            gates = self.gates(torch.cat([aggregated, x], dim=-1)).sigmoid()
            update, reset = gates.to(x.dtype).chunk(2, dim=-1)
            candidate = (
                self.candidate(torch.cat([aggregated, reset * x], dim=-1)).tanh().to(x.dtype)
            )
            old, new = (candidate, x) if self.update_keeps else (x, candidate)
            x = torch.lerp(old, new, update)
        return x

    def message(self, x_j: Tensor, edge_weight: OptTensor) -> Tensor:
        """Weigh what each sender says."""
        return x_j if edge_weight is None else edge_weight.to(x_j.dtype).view(-1, 1) * x_j

    def message_and_aggregate(self, edge_index: Adj, x: Tensor) -> Tensor:
        """Sum over a sparse adjacency without writing the messages out."""
        # Sparse products on the CPU know no bfloat16, which autocast would force upon them.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            aggregated: Tensor = spmm(edge_index.to(wide), x.to(wide), reduce=self.aggr)
        return aggregated.to(x.dtype)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, num_categories={self.num_categories}, "
            f"num_steps={self.num_steps}, update_keeps={self.update_keeps})"
        )
