"""Outfits as a PyG data set of small graphs."""

from __future__ import annotations

import operator

import torch
from torch.utils.data import Dataset
from torch_geometric.data import Data

from fashiongraph.data.category_graph import category_weight
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


class OutfitSubgraphs(Dataset[Data]):
    """One :class:`~torch_geometric.data.Data` per outfit, for PyG's own ``DataLoader``.

    The plain edition of :class:`OutfitLoader`: each outfit is built by itself, which is easy to
    follow and slow in bulk.

    Args:
        outfits: The outfits.
        graph: Category graph that weighs the edges.
        self_loops: Also join every item with itself.
    """

    def __init__(
        self, outfits: Outfits, graph: Data | None = None, self_loops: bool = False
    ) -> None:
        self.outfits = outfits
        self.graph = graph
        self.self_loops = self_loops

    def __len__(self) -> int:
        return len(self.outfits)

    def __getitem__(self, index: int) -> Data:
        """The subgraph of one outfit.

        Raises:
            FashionGraphError: If it is no whole number.
            IndexError: If there is no such outfit.
        """
        try:
            index = operator.index(index)
        except TypeError as error:
            raise FashionGraphError(
                f"'index' needs to be one outfit (got {index!r}); a part of the outfits is "
                "OutfitSubgraphs(outfits.select(...))"
            ) from error
        if not -len(self) <= index < len(self):
            raise IndexError(f"'index' needs to be below {len(self)} (got {index})")
        outfit = self.outfits.select([index % len(self)])
        size = outfit.item_id.numel()
        joined = torch.ones(size, size) if self.self_loops else 1 - torch.eye(size)
        receiver, sender = joined.nonzero().t()
        category_id = outfit.category_id
        weight = torch.ones(size, size)
        if self.graph is not None:
            pair = torch.cartesian_prod(category_id, category_id)
            weight = category_weight(self.graph, pair[:, 0], pair[:, 1]).view(size, size)
        weight = weight * joined
        weight = weight / weight.sum(1, keepdim=True)
        features = self.outfits.items.features
        return Data(
            x=None if features is None else features[outfit.item_id].float(),
            item_id=outfit.item_id,
            category_id=category_id,
            edge_index=torch.stack([sender, receiver]),
            edge_weight=weight[receiver, sender],
            num_nodes=size,
        )
