"""Node-wise gated graph convolution (NGNN)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.nn.inits import glorot, zeros
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import spmm

from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv.sparse import check_edges, check_nodes, sparse_edges


class NGNNConv(MessagePassing):
    r"""Gated graph convolution with category-specific source and target projections (NGNN).

    .. math::
        \mathbf{a}_i &= \mathbf{W}^{\mathrm{target}}_{c_i}
        \sum_j A_{ij} \mathbf{W}^{\mathrm{source}}_{c_j} \mathbf{h}_j

        \mathbf{z}_i &= \sigma(\mathbf{W}_z \mathbf{a}_i + \mathbf{U}_z \mathbf{h}_i
        + \mathbf{b}_z)

        \mathbf{r}_i &= \sigma(\mathbf{W}_r \mathbf{a}_i + \mathbf{U}_r \mathbf{h}_i
        + \mathbf{b}_r)

        \tilde{\mathbf{h}}_i &= \tanh(\mathbf{W}_h \mathbf{a}_i
        + \mathbf{U}_h (\mathbf{r}_i \odot \mathbf{h}_i) + \mathbf{b}_h)

        \mathbf{h}_i &\leftarrow (1 - \mathbf{z}_i) \odot \mathbf{h}_i
        + \mathbf{z}_i \odot \tilde{\mathbf{h}}_i

    The projections have one matrix per category and no bias; the gated unit is shared by all items
    and steps. An item of unknown category (``-1``) is projected by the mean of all matrices. For an
    item without neighbours :math:`\mathbf{a}_i = 0`. The layer has no bipartite form: a pair of
    source and target states is refused.

    Args:
        channels: Size of a state, D.
        num_categories: Number of categories, C.
        num_steps: Number of rounds of message passing.
        update_keeps: Let :math:`\mathbf{z}` weight the old state and :math:`1 - \mathbf{z}` the
            new, as the published code does. The two forms are equivalent up to the sign of the
            gates' weights, but the gates' biases start at 1, so that the initial unit mostly keeps
            its state in this form.
        **kwargs: Further arguments of :class:`torch_geometric.nn.conv.MessagePassing`.

    Shapes:
        - **input:** states :math:`(N, D)`; edges :math:`(2, E)` from ``edge_index[0]`` to
          ``edge_index[1]``, or a sparse adjacency :math:`(N, N)` whose row is the target item;
          categories :math:`(N)`; weights :math:`(E)`
        - **output:** states :math:`(N, D)`

    Raises:
        ValueError: If a size or ``num_steps`` is not positive.

    Source: Cui, Li, Wu, Zhang, Wang, `"Dressing as a whole: outfit compatibility learning based on
    node-wise graph neural networks" <https://arxiv.org/abs/1902.08009>`_ (WWW 2019).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import NGNNConv
        >>> conv = NGNNConv(channels=8, num_categories=5)
        >>> edge_index = torch.tensor([[1, 2, 0, 2, 0, 1], [0, 0, 1, 1, 2, 2]])
        >>> category_id = torch.tensor([0, 3, 4])
        >>> conv(torch.randn(3, 8), edge_index, category_id, torch.full((6,), 0.5)).shape
        torch.Size([3, 8])
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
        """Reset the weights; the gates' biases start at 1."""
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
            edge_index: Edges [2, E], or a sparse adjacency [N, N] whose row is the target.
            category_id: Category of each item [N]; negative if unknown.
            edge_weight: Weights [E] of ``edge_index``; a sparse adjacency holds its own.

        Raises:
            ValueError: If states, categories or edges have another shape, the input is bipartite,
                or a sparse adjacency comes with ``edge_weight``.
        """
        check_nodes(x)
        if x.dim() != 2 or x.size(1) != self.channels:
            raise ValueError(
                f"'x' needs states [N, {self.channels}] (got the shape {tuple(x.shape)})"
            )
        check_edges(edge_index, edge_weight)
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
        """Weight the projected state of each source item."""
        return x_j if edge_weight is None else edge_weight.to(x_j.dtype).view(-1, 1) * x_j

    def message_and_aggregate(self, edge_index: Adj, x: Tensor) -> Tensor:
        """Aggregate over a sparse adjacency without materialising messages."""
        # Sparse products on the CPU have no bfloat16, which autocast would choose.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            aggregated: Tensor = spmm(edge_index.to(wide), x.to(wide), reduce=self.aggr)
        return aggregated.to(x.dtype)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, num_categories={self.num_categories}, "
            f"num_steps={self.num_steps}, update_keeps={self.update_keeps})"
        )
