"""ADD-GNN on outfits that all hold the same number of items."""

from __future__ import annotations

import math
from copy import copy

import torch
from torch import Tensor

from fashiongraph.data import category_weight
from fashiongraph.errors import FashionGraphError
from fashiongraph.export.fixed_size_scorer import FixedSizeScorer
from fashiongraph.models import ADDGNN
from fashiongraph.models.category_lift import pair_lift

_MOST_CATEGORIES = 4096  # a table of all their pairs takes 64 MiB


class FixedSizeADDGNN(torch.nn.Module):
    r"""An :class:`~fashiongraph.models.ADDGNN` over plain tensors, one dense block an outfit.

    It gives the scores of the model on batches of :class:`~fashiongraph.data.OutfitBatcher`, by
    the model's own layers. What the category graph says of two categories is looked up in tables
    [C + 1, C + 1], whose last row and column are the unknown category's.

    Args:
        model: The trained model.
        num_items: Number of items of each outfit, n.

    Shapes:
        - **input:** features :math:`(B, n, F)`; indices of categories :math:`(B, n)` in the
          vocabulary of the graph, ``-1`` for unknown, which have no say in a model that does not
          read them; for a model with ``use_context``, what the items were worn with
          :math:`(B, n, F)`; for one with ``use_pairs``, how often each two items were worn
          together, and chance would have had it, each :math:`(B, n, n)`, with no say on the
          diagonal
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``num_items`` is below 2, the model has ``use_lift`` and no category
            graph, or the graph has more than 4,096 categories.
    """

    apart: Tensor
    weights: Tensor | None
    lifts: Tensor | None

    def __init__(self, model: ADDGNN, num_items: int) -> None:
        super().__init__()
        self.scorer = FixedSizeScorer(model.scorer, num_items)
        self.model = copy(model)
        self.model.graph = None  # it may remember millions of items, and the tables hold the rest
        self.register_buffer("apart", 1 - torch.eye(num_items))
        self.register_buffer("weights", None)
        self.register_buffer("lifts", None)
        if model.use_lift and model.graph is None:
            raise FashionGraphError("'model' needs a category graph, because it has 'use_lift'")
        if model.graph is None or not (model.use_graph or model.use_lift):
            return
        size = int(model.graph.num_nodes or 0)
        if size > _MOST_CATEGORIES:
            raise FashionGraphError(
                f"'model' needs a graph of at most {_MOST_CATEGORIES:,} categories, because a "
                f"program holds all pairs of them (got {size:,})"
            )
        category = torch.arange(-1, size).roll(-1)  # the unknown one last, where -1 finds it
        pairs = torch.meshgrid(category, category, indexing="ij")
        if model.use_graph:
            self.weights = category_weight(model.graph, *pairs)
        if model.use_lift:
            self.lifts = pair_lift(model.graph, *pairs)

    def forward(
        self,
        features: Tensor,
        category_id: Tensor,
        context: Tensor | None = None,
        together: Tensor | None = None,
        chance: Tensor | None = None,
    ) -> Tensor:
        """Score outfits."""
        context = None if context is None else context.flatten(0, 1)
        h = self.model.encode(features.flatten(0, 1), context)
        num_items = self.scorer.num_items
        h = h.unflatten(0, (-1, num_items))
        receiver, sender = category_id.unsqueeze(2), category_id.unsqueeze(1)
        if self.model.conv is not None:
            weight = self.apart if self.weights is None else self.weights[receiver, sender]
            weight = weight * self.apart
            weight = (weight / weight.sum(dim=-1, keepdim=True)).to(h.dtype)
            for _ in range(self.model.num_steps):
                received = torch.matmul(weight, h.flatten(2)).view_as(h)
                h = self.model.conv.update_states(h, received)
        states = self.model.compared(h)
        lift = states.new_zeros(())
        if self.model.counted.lift is not None and self.lifts is not None:
            between = (self.lifts[receiver, sender] * self.apart).sum(dim=2)
            lift = self.model.counted.lift * between / (num_items - 1)  # [B, n]
        if (together is None or chance is None) == self.model.use_pairs:
            raise FashionGraphError(
                "'together' and 'chance' need to be there if and only if 'use_pairs' "
                f"(got {self.model.use_pairs})"
            )
        if self.model.counted.pairs is not None:
            assert together is not None and chance is not None
            between = (self.model.counted.pairs(together, chance) * self.apart).sum(dim=2)
            lift = lift + between / (num_items - 1)
        if self.model.pool is None:
            score: Tensor = self.scorer(states)
            return score + lift.mean(dim=-1)
        sharpness = self.model.pool.log_sharpness.exp()
        items = self.scorer.item_scores(states) + lift
        return (math.log(num_items) - torch.logsumexp(-sharpness * items, dim=1)) / sharpness

    def example(self) -> dict[str, Tensor]:
        """The inputs by name, of two outfits."""
        shape = (2, self.scorer.num_items)
        features = torch.zeros(*shape, self.model.in_channels)
        inputs = {"features": features, "category_id": torch.zeros(shape, dtype=torch.long)}
        if self.model.use_context:
            inputs["context"] = features.clone()
        if self.model.use_pairs:
            pairs = torch.zeros(*shape, self.scorer.num_items)
            inputs |= {"together": pairs, "chance": pairs.clone()}
        return inputs
