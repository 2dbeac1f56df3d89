"""NGNN: node-wise graph neural network with category-specific projections."""

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
from fashiongraph.nn.functional import at_least_float32, l2_normalize, rms_normalize

_EDGES = {"paper": "co_occurrence", "reference_code": "mean"}


class NGNN(OutfitModel):
    r"""NGNN: node-wise graph neural network with a gated sum of item scores.

    .. math::
        \mathbf{h}^0_i = \tanh(\mathbf{W}_{c_i} \mathbf{f}_i), \qquad
        y = \sum_i \sigma(\mathbf{h}_i^{\top} \mathbf{w}_{\mathrm{conf}}) \,
        \mathrm{LeakyReLU}_{0.01}(\mathbf{h}_i^{\top} \mathbf{w}_{\mathrm{score}})

    with :class:`~fashiongraph.nn.NGNNConv` between :math:`\mathbf{h}^0` and :math:`\mathbf{h}`. The
    paper and its code differ in the edge weights, the update gate, the initial values of the two
    score vectors and the objective (:func:`~fashiongraph.objectives.paper_objective`); ``mode``
    selects one of them. An item of unknown category (``-1``) is projected by the mean of the
    matrices of all categories. An outfit of one item scores 0.

    Args:
        in_channels: Size of the features, F.
        num_categories: Size of the category vocabulary, C.
        hidden_channels: Size of the item embedding, H; the publication has 12, 16 and 64.
        num_steps: Rounds of message passing: 1 for visual features, 3 for visual with textual.
        mode: ``"paper"`` or ``"reference_code"``.
        edges: Weight of the edge from j to i. ``"co_occurrence"`` (paper):
            :math:`\mathrm{count}(c_i, c_j) / \mathrm{count}(c_j)` by the category graph that
            :func:`~fashiongraph.training.fit` stores with the model; ``"mean"`` (code, visual
            features): 1 over the number of edges into i; ``"sum"`` (code, visual and textual
            features): 1. By default that of ``mode``.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``mode`` or ``edges`` is unknown.

    Source: Cui, Li, Wu, Zhang, Wang, `"Dressing as a whole: outfit compatibility learning based on
    node-wise graph neural networks" <https://arxiv.org/abs/1902.08009>`_ (WWW 2019).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = NGNN(98, num_categories=outfits.items.num_categories, edges="mean")
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
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
        # The code passes the standard deviation to TensorFlow as the mean.
        mean, std = (size, 1.0) if code else (0.0, size)
        torch.nn.init.normal_(self.readout.weight, mean, std)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> NGNN:
        """Build the published visual model as in the paper, on raw features.

        Args:
            in_channels: Size of the features, F.
            **config: ``num_categories``, and arguments that replace the published ones.
        """
        return cls(in_channels, **{"hidden_channels": 12, "normalize": False, **config})

    @classmethod
    def reference_code(cls, in_channels: int, **config: Any) -> NGNN:
        """Build the published visual model as in its code, on raw features.

        Args:
            in_channels: Size of the features, F.
            **config: ``num_categories``, and arguments that replace those of the code.
        """
        published = {"hidden_channels": 16, "mode": "reference_code", "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode(self, x: Tensor, category_id: Tensor) -> Tensor:
        """Initial item embeddings: [U, F] to [U, H]."""
        x = x.to(self.lin.weight.dtype)
        x = rms_normalize(x) if self.normalize else x
        h: Tensor = self.lin(x, category_id)
        return h.tanh()

    def edge_weight(self, batch: Batch) -> Tensor:
        """Weight of each edge of a batch [E].

        Raises:
            FashionGraphError: If the weights need a category graph and the model has none.
        """
        weight: Tensor = torch.ones_like(batch.edge_weight)
        if self.edges == "mean":
            target = batch.edge_index[1]
            weight = weight / degree(target, batch.num_nodes)[target]
        elif self.edges == "co_occurrence":
            weight = self._co_occurrence(batch)
        return weight

    def _co_occurrence(self, batch: Batch) -> Tensor:
        if self.graph is None:
            raise FashionGraphError(
                "'edges' of NGNN need a category graph to be 'co_occurrence': "
                "fit(..., graph=...) sets one"
            )
        # The graph of a model stays on the CPU; only these of its tensors are read here.
        tensors = ("edge_index", "edge_count", "count")
        graph = copy(self.graph).to(batch.edge_index.device, *tensors)
        c_j, c_i = batch.category_id[batch.edge_index]
        weight: Tensor = category_count(graph, c_j, c_i) / graph.count[c_j].clamp(min=1)
        return weight

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Initial item embeddings, ``state`` [U, H]."""
        return {"state": self.encode(items.x, items.category_id)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Initial item embeddings scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def states(self, batch: Batch) -> Tensor:
        """Item embeddings of a batch after message passing [N, H]."""
        h = self.item_states(batch).nodes("state")
        weight = self.edge_weight(batch).to(h.dtype)
        out: Tensor = self.conv(h, batch.edge_index, batch.category_id, weight)
        return out

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        # Not self.readout(h), whose scores would tie in bfloat16; this sums in float32.
        h = at_least_float32(self.states(batch)).unsqueeze(1)
        confidence, value = (h * self.readout.weight).sum(dim=-1).unbind(dim=-1)
        value = confidence.sigmoid() * torch.nn.functional.leaky_relu(value, 0.01)
        score: Tensor = scatter(value, batch.batch, dim_size=batch.num_graphs)
        return score.masked_fill(batch.ptr.diff() < 2, 0.0)
