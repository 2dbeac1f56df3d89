"""NGNN: an outfit as a graph in which every category has matrices of its own."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import degree, scatter

from fashiongraph.data.category_graph import category_count
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv.ngnn_conv import NGNNConv
from fashiongraph.nn.functional import at_least_float32, l2_normalize

_EDGES = {"paper": "co_occurrence", "reference_code": "mean"}


class NGNN(OutfitModel):
    r"""Each item starts from its category's projection, hears the others, and is scored.

    .. math::
        \mathbf{h}^0_i = \tanh(\mathbf{W}_{c_i} \mathbf{f}_i), \qquad
        y = \sum_i \sigma(\mathbf{h}_i^{\top} \mathbf{w}_{\mathrm{conf}}) \,
        \mathrm{LeakyReLU}_{0.01}(\mathbf{h}_i^{\top} \mathbf{w}_{\mathrm{score}})

    with :class:`~fashiongraph.nn.NGNNConv` in between. The paper and its code differ, hence two
    modes: they settle the edges, the reading of the update gate, the start of the two score
    vectors, and :meth:`paper_objective`. An item of unknown category (``-1``) is projected by the
    mean of all categories' matrices; an outfit of one item scores 0.

    Args:
        in_channels: Size of the features, F.
        num_categories: Size of the category vocabulary, C.
        hidden_channels: Size of an item's state; the publication has 12, 16 and 64.
        num_steps: Rounds of message passing: 1 for visual features, 3 for visual with textual.
        mode: ``"paper"`` or ``"reference_code"``.
        edges: What an edge from j to i weighs. ``"co_occurrence"``, of the paper:
            :math:`\mathrm{count}(c_i, c_j) / \mathrm{count}(c_j)` in the outfits of the category
            graph that :func:`~fashiongraph.training.fit` keeps with the model; ``"mean"``, of the
            code for visual features: 1 over the number of edges into i; ``"sum"``, of the code
            for both: 1. By default that of the mode.
        normalize: Scale each item's features to a mean square of 1.

    Raises:
        FashionGraphError: If ``mode`` or ``edges`` is unknown.

    Source: Cui, Li, Wu, Zhang, Wang, "Dressing as a whole: outfit compatibility learning based on
    node-wise graph neural networks" (WWW 2019).
    """

    def __init__(
        self,
        in_channels: int,
        num_categories: int,
        hidden_channels: int = 64,
        num_steps: int = 1,
        mode: str = "paper",
        edges: str | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        if mode not in _EDGES:
            raise FashionGraphError(f"'mode' needs to be one of {', '.join(_EDGES)} (got {mode!r})")
        if edges not in (None, "co_occurrence", "mean", "sum"):
            raise FashionGraphError(
                f"'edges' needs to be 'co_occurrence', 'mean' or 'sum' (got {edges!r})"
            )
        self.in_channels = in_channels
        self.num_categories = num_categories
        self.hidden_channels = hidden_channels
        self.num_steps = num_steps
        self.mode = mode
        self.edges = edges or _EDGES[mode]
        self.normalize = normalize
        code = mode == "reference_code"
        self.lin = CategoryLinear(in_channels, hidden_channels, num_categories)
        self.conv = NGNNConv(hidden_channels, num_categories, num_steps, update_keeps=code)
        self.readout = torch.nn.Linear(hidden_channels, 2, bias=False)  # confidence and score
        size = hidden_channels**-0.5
        # The code hands TensorFlow the deviation in the place of the mean.
        mean, std = (size, 1.0) if code else (0.0, size)
        torch.nn.init.normal_(self.readout.weight, mean, std)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> NGNN:
        """The published visual model as the paper describes it, on raw features.

        Args:
            in_channels: Size of the features.
            **config: ``num_categories``, and arguments that replace the published ones.
        """
        return cls(in_channels, **{"hidden_channels": 12, "normalize": False, **config})

    @classmethod
    def reference_code(cls, in_channels: int, **config: Any) -> NGNN:
        """The published visual model as its code has it, on raw features.

        Args:
            in_channels: Size of the features.
            **config: ``num_categories``, and arguments that replace the code's.
        """
        published = {"hidden_channels": 16, "mode": "reference_code", "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode(self, x: Tensor, category_id: Tensor) -> Tensor:
        """First states of items: [U, F] to [U, D]."""
        x = x.to(self.lin.weight.dtype)
        x = torch.nn.functional.rms_norm(x, x.shape[-1:]) if self.normalize else x
        h: Tensor = self.lin(x, category_id)
        return h.tanh()

    def edge_weight(self, batch: Batch) -> Tensor:
        """What each edge of a batch weighs [E].

        Raises:
            FashionGraphError: If the model needs a category graph and has none.
        """
        weight: Tensor = torch.ones_like(batch.edge_weight)
        if self.edges == "mean":
            receiver = batch.edge_index[1]
            weight = weight / degree(receiver, batch.num_nodes)[receiver]
        elif self.edges == "co_occurrence":
            weight = self._co_occurrence(batch)
        return weight

    def _co_occurrence(self, batch: Batch) -> Tensor:
        if self.graph is None:
            raise FashionGraphError(
                "'edges' of NGNN need a category graph to be 'co_occurrence': "
                "fit(..., graph=...) sets one"
            )
        # The model's own graph stays on the CPU, and what it remembers of items need not move.
        tensors = ("edge_index", "edge_count", "count")
        graph = copy(self.graph).to(batch.edge_index.device, *tensors)
        c_j, c_i = batch.category_id[batch.edge_index]
        weight: Tensor = category_count(graph, c_j, c_i) / graph.count[c_j].clamp(min=1)
        return weight

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """First states of items, ``state`` [U, D]."""
        return {"state": self.encode(items.x, items.category_id)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """First states scaled to length 1, for shortlists [U, D]."""
        return l2_normalize(at_least_float32(states["state"]))

    def states(self, batch: Batch) -> Tensor:
        """States of the items of a batch after message passing [N, D]."""
        h = self.item_states(batch).nodes("state")
        weight = self.edge_weight(batch).to(h.dtype)
        out: Tensor = self.conv(h, batch.edge_index, batch.category_id, weight)
        return out

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        # Not self.readout(states): in bfloat16 its scores would tie, while this adds up in float32.
        states = at_least_float32(self.states(batch)).unsqueeze(1)
        confidence, value = (states * self.readout.weight).sum(dim=-1).unbind(dim=-1)
        value = confidence.sigmoid() * torch.nn.functional.leaky_relu(value, 0.01)
        score: Tensor = scatter(value, batch.batch, dim_size=batch.num_graphs)
        return score.masked_fill(batch.ptr.diff() < 2, 0.0)
