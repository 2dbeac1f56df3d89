"""The gated graph layer that runs one recurrent unit per attribute (eq. A5 and A6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.nn.inits import glorot, zeros
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import is_sparse, is_torch_sparse_tensor, spmm

from fashiongraph.nn.conv.first_products import FirstProducts
from fashiongraph.nn.conv.gates import mixed_states, sigmoid_gates, tanh_state
from fashiongraph.nn.conv.sparse_sum import edges_from_items, sparse_sum
from fashiongraph.nn.row_product import linear_rows


class AttributeGatedConv(MessagePassing):
    r"""Passes messages between the items of an outfit, attribute by attribute.

    .. math::
        \mathbf{a}_i &= \sum_j A_{ij} \mathbf{h}_j

        \mathbf{z}_i &= \sigma(\mathbf{W}_z \mathbf{a}_i + \mathbf{U}_z \mathbf{h}_i)

        \mathbf{r}_i &= \sigma(\mathbf{W}_r \mathbf{a}_i + \mathbf{U}_r \mathbf{h}_i)

        \tilde{\mathbf{h}}_i &= \tanh(\mathbf{W}_h \mathbf{a}_i
        + \mathbf{U}_h (\mathbf{r}_i \odot \mathbf{h}_i))

        \mathbf{h}_i &\leftarrow (1 - \mathbf{z}_i) \odot \mathbf{h}_i
        + \mathbf{z}_i \odot \tilde{\mathbf{h}}_i

    The weights are shared by all attributes and steps, so every attribute of every item is one
    row of one matrix product. Unlike :class:`torch.nn.GRUCell`, the reset gate acts *before*
    :math:`\mathbf{U}_h`, and :math:`\mathbf{z}` mixes the new state in.

    An item that many outfits hold has one state before the first round. With ``slot``, the layer
    takes such states once and transforms before it aggregates,

    .. math::
        \mathbf{W} \sum_j A_{ij} \mathbf{h}_j = \sum_j A_{ij} (\mathbf{W} \mathbf{h}_j),

    so that of the six products of the first round five are per distinct item and one per node.

    Args:
        channels: Size of a hidden state, H.
        num_steps: Number of rounds of message passing.
        bias: Add a learned bias inside each gate.
        **kwargs: Further arguments of :class:`torch_geometric.nn.conv.MessagePassing`.

    Shapes:
        - **input:** states :math:`(N, K, H)`, or :math:`(U, K, H)` with the row :math:`(N)` of
          each node; edges :math:`(2, E)` from ``edge_index[0]`` to ``edge_index[1]``, or a sparse
          adjacency :math:`(N, N)` whose row is the receiving item; weights :math:`(E)`
        - **output:** states :math:`(N, K, H)`

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 5 and 6; the gates follow Li et al., "Gated graph sequence neural
    networks".
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
        """Draw each gate's weights anew."""
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
        slot: OptTensor = None,
        products: FirstProducts | None = None,
    ) -> Tensor:
        """Run ``num_steps`` rounds.

        Args:
            x: States [N, K, H], or of distinct items [U, K, H].
            edge_index: Edges [2, E], or a sparse adjacency [N, N] whose row receives.
            edge_weight: Weights [E] of ``edge_index``; a sparse adjacency holds its own.
            slot: Row of ``x`` that each node starts from [N]; by default node i from row i.
            products: What :meth:`first_products` made of ``x``, for items that are met again and
                again; used with ``slot`` alone.

        Raises:
            ValueError: If a sparse adjacency comes with ``edge_weight``.
        """
        if edge_weight is not None and is_sparse(edge_index):
            raise ValueError("'edge_weight' needs to be None where 'edge_index' is sparse")
        if is_torch_sparse_tensor(edge_index):
            edge_index = edge_index.to_sparse_csr()  # once, not at each step
        if slot is not None and not self._may_transform_first(edge_index):
            x, slot = x.index_select(0, slot), None
        for _ in range(self.num_steps):
            if slot is None:
                received = self.propagate(edge_index, x=x, edge_weight=edge_weight, onto=None)
                x = self.update_states(x, received)
            else:
                of_items = self.first_products(x) if products is None else products
                x = self._first_round(x, of_items, edge_index, edge_weight, slot)
                slot = None
        return x

    def update_states(self, x: Tensor, received: Tensor) -> Tensor:
        r"""States after a round, however the sums over the edges were made (eq. A6).

        Args:
            x: States [..., H].
            received: What each of them received, :math:`\mathbf{a}` [..., H].
        """
        weights = zip(self._parts(self.weight_ih), self._parts(self.weight_hh), strict=True)
        gates, candidate = (torch.cat(pair, dim=1) for pair in weights)
        of_gates, of_new = (None, None) if self.bias is None else self._parts(self.bias)
        both = torch.cat([received, x], dim=-1)
        update, reset = sigmoid_gates(linear_rows(both, gates, of_gates))
        if torch.is_grad_enabled():
            both = torch.cat([received, reset * x], dim=-1)
        else:
            both[..., self.channels :].mul_(reset)
        new = tanh_state(linear_rows(both, candidate, of_new))
        return mixed_states(x, new, update)

    def first_update(self, x: Tensor, gates: Tensor, hear: Callable[[Tensor], Tensor]) -> Tensor:
        """States after a round of which all products but that with the reset state are known.

        Args:
            x: States [..., H].
            gates: What the gates are the logistic function of [..., 2 H]; it is overwritten.
            hear: Adds to the product with the reset state [..., H], which it may overwrite, that
                of W with what each received.
        """
        update, reset = sigmoid_gates(gates)
        bias = None if self.bias is None else self._parts(self.bias)[1]
        own = linear_rows(reset * x, self._parts(self.weight_hh)[1], bias)
        return mixed_states(x, tanh_state(hear(own)), update)

    def first_products(self, x: Tensor) -> FirstProducts:
        """What the first round needs of an item wherever it is worn.

        Args:
            x: States of distinct items [U, K, H].
        """
        gates, candidate = self._parts(self.weight_ih)
        bias = None if self.bias is None else self._parts(self.bias)[0]
        own = linear_rows(x, self._parts(self.weight_hh)[0], bias)
        return FirstProducts(linear_rows(x, gates), linear_rows(x, candidate), own)

    def _first_round(
        self,
        x: Tensor,
        products: FirstProducts,
        edge_index: Adj,
        edge_weight: OptTensor,
        slot: Tensor,
    ) -> Tensor:
        """States of nodes after a round that starts from states of distinct items."""
        edge_index = edges_from_items(edge_index, slot, len(x))

        def hear(onto: Tensor, sent: Tensor) -> Tensor:
            size = (len(sent), len(onto))
            heard: Tensor = self.propagate(
                edge_index, x=sent, edge_weight=edge_weight, onto=onto, size=size
            )
            return heard

        gates = hear(products.own.index_select(0, slot), products.gates)
        return self.first_update(
            x.index_select(0, slot), gates, lambda new: hear(new, products.candidate)
        )

    def _parts(self, weight: Tensor) -> tuple[Tensor, ...]:
        """Rows of both gates, and of the candidate."""
        parts: tuple[Tensor, ...] = weight.split([2 * self.channels, self.channels])
        return parts

    def _may_transform_first(self, edge_index: Adj) -> bool:
        """Whether the aggregation is linear, over edges whose senders can be renamed."""
        if self.aggr not in ("add", "sum", "mean") or self.flow != "source_to_target":
            return False
        # An adjacency that learns needs its own pattern; torch-sparse keeps one of its own kind.
        learns = is_sparse(edge_index) and edge_index.requires_grad
        return not learns and torch.is_tensor(edge_index)

    def message(self, x_j: Tensor, edge_weight: OptTensor) -> Tensor:
        """Weigh what each sender says."""
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
        onto: OptTensor = None,
    ) -> Tensor:
        """Sum messages, on top of what is there.

        An edition of the layer that sums otherwise has to add ``onto`` too, here and in
        :meth:`message_and_aggregate`.
        """
        received: Tensor = super().aggregate(inputs, index, ptr, dim_size)
        return received if onto is None else onto + received

    def message_and_aggregate(self, edge_index: Adj, x: Tensor, onto: OptTensor = None) -> Tensor:
        """Sum over a sparse adjacency without writing the messages out."""
        # Sparse products on the CPU know no bfloat16, which autocast would force upon them.
        wide = torch.promote_types(x.dtype, torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            sent = x.flatten(1).to(wide)
            among, fixed = edge_index.to(wide), torch.is_tensor(edge_index)
            there = None if onto is None else onto.flatten(1).to(wide)
            if self.aggr in ("add", "sum") and fixed and not edge_index.requires_grad:
                received = sparse_sum(among, sent, there)
            else:
                received = spmm(among, sent, reduce=self.aggr)
                received = received if there is None else there + received
        return received.to(x.dtype).view(received.size(0), *x.shape[1:])

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, num_steps={self.num_steps}, "
            f"bias={self.bias is not None})"
        )
