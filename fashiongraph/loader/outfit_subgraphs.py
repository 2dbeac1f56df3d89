"""Outfits as a data set of PyG graphs."""

from __future__ import annotations

import operator

import torch
from torch.utils.data import Dataset
from torch_geometric.data import Data

from fashiongraph.data.category_graph import category_weight
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


class OutfitSubgraphs(Dataset[Data]):
    """One :class:`~torch_geometric.data.Data` per outfit, for PyG's ``DataLoader``.

    Batches are equal to those of :class:`OutfitLoader`, which is faster since it builds a batch
    at once.

    Args:
        outfits: The outfits.
        graph: Category graph of the edge weights; by default all edges have equal weights.
        self_loops: Add an edge from every item to itself.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> OutfitSubgraphs(outfits)[0].edge_index.tolist()
        [[1, 0], [0, 1]]
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
            FashionGraphError: If the index is no integer.
            IndexError: If there is no such outfit.
        """
        try:
            index = operator.index(index)
        except TypeError as error:
            raise FashionGraphError(
                f"'index' needs to be an integer (got {index!r}); select outfits before: "
                "OutfitSubgraphs(outfits.select(...))"
            ) from error
        if not -len(self) <= index < len(self):
            raise IndexError(f"'index' needs to be below {len(self)} (got {index})")
        outfit = self.outfits.select([index % len(self)])
        size = outfit.item_id.numel()
        adjacency = torch.ones(size, size) if self.self_loops else 1 - torch.eye(size)
        receiver, sender = adjacency.nonzero().t()
        category_id = outfit.category_id
        weight = torch.ones(size, size)
        if self.graph is not None:
            pair = torch.cartesian_prod(category_id, category_id)
            weight = category_weight(self.graph, pair[:, 0], pair[:, 1]).view(size, size)
        weight = weight * adjacency
        weight = weight / weight.sum(1, keepdim=True)
        items = outfit.items
        return Data(
            x=None if items.features is None else items.feature_rows(outfit.item_id),
            item_id=outfit.item_id,
            category_id=category_id,
            edge_index=torch.stack([sender, receiver]),
            edge_weight=weight[receiver, sender],
            num_nodes=size,
        )
