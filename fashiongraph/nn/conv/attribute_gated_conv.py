"""Gated graph convolution with one recurrent unit per attribute (eq. A5 and A6)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.nn.inits import glorot, zeros
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import is_sparse, spmm

from fashiongraph.nn.conv.gated_update import (
    ItemProjections,
    interpolate_states,
    sigmoid_gates,
    tanh_state,
)
from fashiongraph.nn.conv.sparse import (
    check_edges,
    check_nodes,
    edges_from_items,
    sparse_edges,
    sparse_sum,
)
from fashiongraph.nn.matmul import linear_rows

_EDGE_COST = 6  # of a message that is projected before aggregation, in rows of a projection


class AttributeGatedConv(MessagePassing):
    r"""Gated graph convolution with one state per attribute and weights shared by all attributes.

    .. math::
        \mathbf{a}_i &= \sum_j A_{ij} \mathbf{h}_j

        \mathbf{z}_i &= \sigma(\mathbf{W}_z \mathbf{a}_i + \mathbf{U}_z \mathbf{h}_i)

        \mathbf{r}_i &= \sigma(\mathbf{W}_r \mathbf{a}_i + \mathbf{U}_r \mathbf{h}_i)

        \tilde{\mathbf{h}}_i &= \tanh(\mathbf{W}_h \mathbf{a}_i
        + \mathbf{U}_h (\mathbf{r}_i \odot \mathbf{h}_i))

        \mathbf{h}_i &\leftarrow (1 - \mathbf{z}_i) \odot \mathbf{h}_i
        + \mathbf{z}_i \odot \tilde{\mathbf{h}}_i

    The weights are shared by all attributes and steps. Unlike in :class:`torch.nn.GRUCell`, the
    reset gate acts *before* :math:`\mathbf{U}_h`, and :math:`\mathbf{z}` weighs the new state.

    With ``index``, nodes that stand for the same item share its first state, and the first step
    projects before it aggregates,

    .. math::
        \mathbf{W} \sum_j A_{ij} \mathbf{h}_j = \sum_j A_{ij} (\mathbf{W} \mathbf{h}_j),

    so that five of its six matrix products are per distinct item and one per node. Edges of
    constant weight are aggregated as a sparse matrix product; explainers, compiled programs and
    subclasses with a ``message`` of their own get the edge-wise path. All paths give the same
    states.

    The layer has no bipartite form: a pair of source and target states is refused, and
    :func:`torch_geometric.nn.to_hetero` works for edge types within one node type only.

    Args:
        channels: Size of a hidden state, H.
        num_steps: Number of rounds of message passing.
        bias: Add a learned bias inside each gate.
        **kwargs: Further arguments of :class:`torch_geometric.nn.conv.MessagePassing`.

    Shapes:
        - **input:** states :math:`(N, K, H)`, or :math:`(U, K, H)` with ``index`` :math:`(N)`;
          edges :math:`(2, E)`, or a sparse adjacency :math:`(N, N)` whose row is the target node;
          edge weights :math:`(E)`
        - **output:** states :math:`(N, K, H)`

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 5 and 6; the gates follow Li et al., `"Gated graph
    sequence neural networks" <https://arxiv.org/abs/1511.05493>`_ (ICLR 2016).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AttributeGatedConv
        >>> conv = AttributeGatedConv(channels=8, num_steps=2)
        >>> h = torch.randn(3, 4, 8)  # 3 items, 4 attributes
        >>> edge_index = torch.tensor([[1, 2, 0, 2, 0, 1], [0, 0, 1, 1, 2, 2]])
        >>> conv(h, edge_index, torch.full((6,), 0.5)).shape
        torch.Size([3, 4, 8])
    """

    def __init__(
        self, channels: int, num_steps: int = 2, bias: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=0, **kwargs)
        if channels < 1 or num_steps < 1:
            raise ValueError(
                f"'channels' and 'num_steps' need to be positive integers "
                f"(got {channels} and {num_steps})"
            )
        self.channels = channels
        self.num_steps = num_steps
        self.weight_ih = torch.nn.Parameter(torch.empty(3 * channels, channels))
        self.weight_hh = torch.nn.Parameter(torch.empty(3 * channels, channels))
        if bias:
            self.bias = torch.nn.Parameter(torch.empty(3 * channels))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset the weights of each gate."""
        super().reset_parameters()
        for weight in (self.weight_ih, self.weight_hh):
            for gate in weight.chunk(3):
                glorot(gate)
        zeros(self.bias)

    def forward(
        self,
        x: Tensor,
        edge_index: Adj,
        edge_weight: OptTensor = None,
        index: OptTensor = None,
        projections: ItemProjections | None = None,
    ) -> Tensor:
        """Run ``num_steps`` rounds.

        Args:
            x: States of nodes [N, K, H], or of distinct items [U, K, H].
            edge_index: Edges [2, E], or a sparse adjacency [N, N] whose row is the target.
            edge_weight: Weights [E] of ``edge_index``; a sparse adjacency holds its own.
            index: Row of ``x`` that each node starts from [N]; by default node i from row i.
            projections: Cached :meth:`project_items` of ``x``, used with ``index``.

        Raises:
            ValueError: If the states or edges have another shape, the input is bipartite, or a
                sparse adjacency comes with ``edge_weight``.
        """
        check_nodes(x)
        if x.dim() < 2 or x.size(-1) != self.channels:
            raise ValueError(
                f"'x' needs states [N, K, {self.channels}] (got the shape {tuple(x.shape)})"
            )
        check_edges(edge_index, edge_weight)
        num_nodes = (x if index is None else index).size(0)
        if index is not None and not self._projects_first(x, edge_index, index, projections):
            x, index = x.index_select(0, index), None
        edge_index, edge_weight = sparse_edges(
            self, AttributeGatedConv, edge_index, edge_weight, num_nodes
        )
        for _ in range(self.num_steps):
            if index is None:
                aggregated = self.propagate(edge_index, x=x, edge_weight=edge_weight, out=None)
                x = self.update_states(x, aggregated)
            else:
                if projections is None:
                    projections = self.project_items(x)
                x = self._first_step(x, projections, edge_index, edge_weight, index)
                index = None
        return x

    def update_states(self, x: Tensor, aggregated: Tensor) -> Tensor:
        r"""Gated update of states (A6).

        Args:
            x: States [..., H].
            aggregated: Aggregated messages :math:`\mathbf{a}` [..., H].
        """
        weights = zip(self._split(self.weight_ih), self._split(self.weight_hh), strict=True)
        gates, candidate = (torch.cat(pair, dim=1) for pair in weights)
        gate_bias, candidate_bias = (None, None) if self.bias is None else self._split(self.bias)
        both = torch.cat([aggregated, x], dim=-1)
        update, reset = sigmoid_gates(linear_rows(both, gates, gate_bias))
        if torch.is_grad_enabled():
            both = torch.cat([aggregated, reset * x], dim=-1)
        else:
            both[..., self.channels :].mul_(reset)
        new = tanh_state(linear_rows(both, candidate, candidate_bias))
        return interpolate_states(x, new, update)

    def project_items(self, x: Tensor) -> ItemProjections:
        """Products of first states with weights, which every node of an item shares.

        Args:
            x: States of distinct items [U, K, H].
        """
        gates, candidate = self._split(self.weight_ih)
        bias = None if self.bias is None else self._split(self.bias)[0]
        recurrent = linear_rows(x, self._split(self.weight_hh)[0], bias)
        return ItemProjections(linear_rows(x, gates), linear_rows(x, candidate), recurrent)

    def _first_step(
        self,
        x: Tensor,
        projections: ItemProjections,
        edge_index: Adj,
        edge_weight: OptTensor,
        index: Tensor,
    ) -> Tensor:
        """States of nodes after a step from states of distinct items."""
        edge_index = edges_from_items(edge_index, index, x.size(0))

        def add_aggregated(out: Tensor, projected: Tensor) -> Tensor:
            size = (projected.size(0), out.size(0))
            total: Tensor = self.propagate(
                edge_index, x=projected, edge_weight=edge_weight, out=out, size=size
            )
            return total

        gates = add_aggregated(projections.recurrent.index_select(0, index), projections.gates)
        x = x.index_select(0, index)
        update, reset = sigmoid_gates(gates)
        bias = None if self.bias is None else self._split(self.bias)[1]
        recurrent = linear_rows(reset * x, self._split(self.weight_hh)[1], bias)
        new = tanh_state(add_aggregated(recurrent, projections.candidate))
        return interpolate_states(x, new, update)

    def _split(self, weight: Tensor) -> tuple[Tensor, ...]:
        """Rows of both gates, and rows of the candidate."""
        rows: tuple[Tensor, ...] = weight.split([2 * self.channels, self.channels])
        return rows

    def _projects_first(
        self, x: Tensor, edge_index: Adj, index: Tensor, projections: ItemProjections | None
    ) -> bool:
        """Whether projecting before aggregation is possible and saves work."""
        if self.aggr not in ("add", "sum", "mean") or self.flow != "source_to_target":
            return False
        # A gradient of the adjacency needs its own sparsity pattern, and a SparseTensor of
        # torch-sparse has another layout.
        if not torch.is_tensor(edge_index) or (is_sparse(edge_index) and edge_index.requires_grad):
            return False
        if projections is not None or is_sparse(edge_index):
            return True
        saved = self.channels * (index.size(0) - x.size(0))
        return bool(saved > _EDGE_COST * edge_index.size(1))

    def message(self, x_j: Tensor, edge_weight: OptTensor) -> Tensor:
        """Weigh the state of each source node."""
        if edge_weight is None:
            return x_j
        weighed: Tensor = edge_weight.to(x_j.dtype).view(-1, *(1 for _ in x_j.shape[1:])) * x_j
        return weighed

    def aggregate(
        self,
        inputs: Tensor,
        index: Tensor,
        ptr: OptTensor = None,
        dim_size: int | None = None,
        out: OptTensor = None,
    ) -> Tensor:
        """Aggregate messages, and add the sums to ``out`` if it is given."""
        aggregated: Tensor = super().aggregate(inputs, index, ptr, dim_size)
        return aggregated if out is None else out + aggregated

    def message_and_aggregate(self, edge_index: Adj, x: Tensor, out: OptTensor = None) -> Tensor:
        """Aggregate over a sparse adjacency without materialising messages."""
        # Sparse products on the CPU have no bfloat16, which autocast would choose.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            sources = x.flatten(1).to(wide)
            adjacency, is_torch = edge_index.to(wide), torch.is_tensor(edge_index)
            base = None if out is None else out.flatten(1).to(wide)
            if self.aggr in ("add", "sum") and is_torch and not edge_index.requires_grad:
                aggregated = sparse_sum(adjacency, sources, base)
            else:
                aggregated = spmm(adjacency, sources, reduce=self.aggr)
                aggregated = aggregated if base is None else base + aggregated
        return aggregated.to(x.dtype).view(aggregated.size(0), *x.shape[1:])

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, num_steps={self.num_steps}, "
            f"bias={self.bias is not None})"
        )
