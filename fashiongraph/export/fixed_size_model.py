"""Models and scorers over plain tensors, for outfits of a fixed number of items."""

from __future__ import annotations

from copy import copy

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.category_graph import dense_category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import OutfitGraph
from fashiongraph.loader.outfit_edges import edge_weights, outfit_edges
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer

_MAX_CATEGORIES = 4096  # a table of all their pairs needs 64 MiB

_MAX_ITEMS = 256  # a program holds all pairs of items


class FixedSizeModel(torch.nn.Module):
    r"""Model over plain tensors, which builds the batch and calls ``forward`` of the model.

    The category graph is stored as tables [C + 1, C + 1]; the last row and column are those of the
    unknown category.

    Args:
        model: The trained model.
        num_items: Number of items of each outfit, n.

    Shapes:
        - **input:** features :math:`(B, n, F)`; categories :math:`(B, n)` in the vocabulary of the
          model, ``-1`` for unknown; for a model with co-occurrence context, mean features of
          co-occurring items :math:`(B, n, F)`; for a model with item co-occurrence, observed and
          expected counts of pairs, each :math:`(B, n, n)`, whose diagonals are not read
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``num_items`` is below 2 or above 256, or the graph has more than
            4,096 categories.

    Example:
        >>> from fashiongraph.models import Siamese
        >>> fixed = FixedSizeModel(Siamese(in_channels=8), num_items=3)
        >>> fixed(torch.randn(2, 3, 8), torch.zeros(2, 3, dtype=torch.long)).shape
        torch.Size([2])
    """

    def __init__(self, model: OutfitModel, num_items: int) -> None:
        super().__init__()
        if not 2 <= num_items <= _MAX_ITEMS:
            raise FashionGraphError(
                f"'num_items' needs to lie in [2, {_MAX_ITEMS}] (got {num_items})"
            )
        self.num_items = num_items
        self.model = copy(model)
        self.model.graph = None
        if model.graph is not None:
            size = int(model.graph.num_nodes or 0)
            if size > _MAX_CATEGORIES:
                raise FashionGraphError(
                    f"'model' needs a graph of at most {_MAX_CATEGORIES:,} categories, because a "
                    f"program holds all pairs of them (got {size:,})"
                )
            self.model.graph = dense_category_graph(model.graph)
        self.register_buffer("edge_index", outfit_edges(torch.tensor([0, num_items])))

    def forward(
        self,
        features: Tensor,
        category_id: Tensor,
        context: Tensor | None = None,
        cooccurrence: Tensor | None = None,
        expected: Tensor | None = None,
    ) -> Tensor:
        """Score outfits [B]."""
        n, size = self.num_items, features.size(0)
        edge_index: Tensor = self.edge_index  # type: ignore[assignment]  # a buffer
        first = torch.arange(size, device=features.device) * n
        node = torch.arange(size * n, device=features.device)
        edges = (edge_index.unsqueeze(1) + first.view(1, -1, 1)).flatten(1)
        category_id = category_id.flatten()
        fields = {
            "item_id": node,
            "category_id": category_id,
            "edge_index": edges,
            "edge_weight": edge_weights(edges, category_id, self.model.graph),
            "x": features.flatten(0, 1),
        }
        if context is not None:
            fields["unique_context"] = context.flatten(0, 1)
        source, target = edge_index
        if cooccurrence is not None and expected is not None:
            fields["edge_cooccurrence"] = cooccurrence[:, target, source].flatten()
            fields["edge_expected"] = expected[:, target, source].flatten()
        batch = Batch(
            _base_cls=OutfitGraph,
            batch=torch.div(node, n, rounding_mode="floor"),
            ptr=torch.arange(size + 1, device=features.device) * n,
            num_nodes=size * n,
            **fields,
        )
        batch._num_graphs = size
        score: Tensor = self.model(batch)
        return score

    def example(self) -> dict[str, Tensor]:
        """Inputs of two outfits by name, as an example for tracing."""
        shape = (2, self.num_items)
        width = self.model.in_channels
        if width is None:
            raise FashionGraphError(
                f"export needs the number of features in 'in_channels' of "
                f"{type(self.model).__name__}"
            )
        inputs = {
            "features": torch.zeros(*shape, width),
            "category_id": torch.zeros(shape, dtype=torch.long),
        }
        if "unique_context" in self.model.batch_inputs:
            inputs["context"] = torch.zeros(*shape, width)
        if "edge_cooccurrence" in self.model.batch_inputs:
            pairs = torch.zeros(*shape, self.num_items)
            inputs |= {"cooccurrence": pairs, "expected": pairs.clone()}
        return inputs


class FixedSizeScorer(torch.nn.Module):
    """Scorer over the item embeddings of outfits of n items.

    Args:
        scorer: An :class:`~fashiongraph.nn.AttributeBilinearScorer`.
        num_items: Number of items of each outfit, n.

    Shapes:
        - **input:** item embeddings :math:`(B, n, K, H)`
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``num_items`` is below 2: an outfit of one item has no pairs.

    Example:
        >>> scorer = AttributeBilinearScorer(channels=8, num_attributes=4)
        >>> fixed = FixedSizeScorer(scorer, num_items=3)
        >>> fixed(torch.randn(2, 3, 4, 8)).shape
        torch.Size([2])
    """

    def __init__(self, scorer: AttributeBilinearScorer, num_items: int) -> None:
        super().__init__()
        if not 2 <= num_items <= _MAX_ITEMS:
            raise FashionGraphError(
                f"'num_items' needs to lie in [2, {_MAX_ITEMS}] (got {num_items})"
            )
        self.num_items = num_items
        self.scorer = scorer

    def forward(self, states: Tensor) -> Tensor:
        """Score outfits [B]."""
        size = states.size(0)
        node = torch.arange(size * self.num_items, device=states.device)
        batch = torch.div(node, self.num_items, rounding_mode="floor")
        score: Tensor = self.scorer(states.flatten(0, 1), batch, size)
        return score

    def example(self) -> dict[str, Tensor]:
        """Inputs of two outfits by name, as an example for tracing."""
        sizes = (self.scorer.num_attributes, self.scorer.channels)
        dtype = self.scorer.weight.dtype
        return {"states": torch.zeros(2, self.num_items, *sizes, dtype=dtype)}
