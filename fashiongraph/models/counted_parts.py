"""What was counted of the training outfits, beside what was learned from their items' features."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.category_lift import category_lift, item_lift
from fashiongraph.models.mean_from_others import mean_from_others
from fashiongraph.models.node_features import edge_memory
from fashiongraph.nn import CountLift


class CountedParts(torch.nn.Module):
    """Parts of a score that counts make: how often categories met, and how often items.

    Args:
        use_lift: Count categories, with a learned factor
            (:func:`~fashiongraph.models.category_lift.category_lift`).
        use_pairs: Count pairs of items (:class:`~fashiongraph.nn.CountLift`).

    Of what is not counted, a part is 0.
    """

    def __init__(self, use_lift: bool, use_pairs: bool) -> None:
        super().__init__()
        self.lift = torch.nn.Parameter(torch.tensor(4.0)) if use_lift else None
        self.pairs = CountLift() if use_pairs else None

    def forward(self, score: Tensor, batch: Batch, graph: Data | None) -> Tensor:
        """Scores of outfits with both parts [B].

        Args:
            score: What was learned from features, by outfit [B].
            batch: Outfits.
            graph: Category graph of the training outfits, for a model that counts categories.
        """
        return score + self.category_part(batch, graph) + self.pair_part(batch)

    def by_item(self, score: Tensor, batch: Batch, graph: Data | None) -> Tensor:
        """How each item goes with the rest, with what both parts are the means of [N].

        Args:
            score: What was learned from features, by item [N].
            batch: Outfits.
            graph: As for :meth:`forward`.
        """
        if self.lift is not None:
            score = score + self.lift * item_lift(_known(graph), batch)
        return score + self._pairs_by_item(batch)

    def category_part(self, batch: Batch, graph: Data | None) -> Tensor | float:
        """What the categories of an outfit add [B], whatever its items.

        Raises:
            FashionGraphError: If categories are counted and there is no graph.
        """
        return 0.0 if self.lift is None else self.lift * category_lift(_known(graph), batch)

    def pair_part(self, batch: Batch) -> Tensor | float:
        """What items that were worn together add [B].

        Raises:
            FashionGraphError: If pairs are counted and the batch does not carry their counts.
        """
        items = self._pairs_by_item(batch)
        if not torch.is_tensor(items):
            return items
        part: Tensor = scatter(items, batch.batch, dim_size=batch.num_graphs, reduce="mean")
        return part

    def _pairs_by_item(self, batch: Batch) -> Tensor | float:
        if self.pairs is None:
            return 0.0
        pairs = self.pairs(*edge_memory(batch))
        return mean_from_others(pairs, batch.edge_index, batch.num_nodes)


def _known(graph: Data | None) -> Data:
    if graph is None:
        raise FashionGraphError("'use_lift' needs a category graph: fit(..., graph=...) sets one")
    return graph
