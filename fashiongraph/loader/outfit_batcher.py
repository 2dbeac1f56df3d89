"""Conversion of outfits to a PyG batch by index arithmetic."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.cooccurrence import ItemCooccurrence
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.outfit_batch import ItemInputs, OutfitGraph
from fashiongraph.loader.outfit_edges import edge_weights, outfit_edges


class OutfitBatcher:
    r"""Converter of outfits to the PyG batch that models read (:class:`OutfitGraph`).

    Nodes are items. There is an edge :math:`j \to i` for each ordered pair of items of an outfit,
    sorted by target, then source. Its weight is :math:`A_{c_i c_j}`, normalised such that the
    weights into an item sum to 1; without a category graph all weights into an item are equal.

    The result equals ``Batch.from_data_list`` over :class:`OutfitSubgraphs`, in a few tensor
    operations instead of one Python object per outfit.

    Args:
        items: The item table.
        graph: Category graph of the edge weights. If it has item co-occurrence
            (:func:`~fashiongraph.data.add_item_cooccurrence`), batches of shared items have
            ``unique_context`` [U, F], the mean features of co-occurring items, and
            ``edge_cooccurrence`` and ``edge_expected`` [E], the observed and expected co-occurrence
            of the two items of each edge.
        self_loops: Add an edge from every item to itself.
        share_items: Store the features of the distinct items once, as ``unique_x`` [U, F] with
            ``unique_category_id`` [U] and the rows of the nodes in them, ``unique_index`` [N]. Such
            a batch gathers ``x`` [N, F] on access, and ``to_data_list`` cannot separate it.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> batch = OutfitBatcher(items, share_items=True)(outfits)
        >>> batch.x.shape, batch.unique_x.shape, batch.edge_index.shape
        (torch.Size([6, 4]), torch.Size([4, 4]), torch.Size([2, 6]))
    """

    def __init__(
        self,
        items: ItemTable,
        graph: Data | None = None,
        self_loops: bool = False,
        share_items: bool = False,
    ) -> None:
        self.items = items
        self.graph = graph
        self.self_loops = self_loops
        self.share_items = share_items
        counted = share_items and graph is not None and "item_key" in graph
        self.cooccurrence = ItemCooccurrence(graph, items) if counted else None

    def __call__(self, outfits: Outfits, exclude: Outfits | None = None) -> Batch:
        """Build the batch of all given outfits.

        Args:
            outfits: Outfits over the item table of the batcher.
            exclude: Outfits to leave out of co-occurrence counts, such as those of a training
                batch.
        """
        ptr, item_id, sizes = outfits.ptr, outfits.item_id, outfits.sizes
        node_outfit = outfits.batch
        category_id = self.items.category_id[item_id]
        edge_index = outfit_edges(ptr, self.self_loops, item_id.numel())
        fields = {
            "item_id": item_id,
            "category_id": category_id,
            "edge_index": edge_index,
            "edge_weight": edge_weights(edge_index, category_id, self.graph),
        }
        if self.share_items:
            fields |= self._shared(item_id, edge_index, exclude)
        elif self.items.features is not None:
            fields["x"] = self.items.feature_rows(item_id)
        batch = Batch(
            _base_cls=OutfitGraph, batch=node_outfit, ptr=ptr, num_nodes=item_id.numel(), **fields
        )
        batch._num_graphs = len(outfits)
        if not self.share_items:
            self._make_separable(batch, fields, ptr, sizes)
        return batch

    def inputs(self, rows: Tensor) -> ItemInputs:
        """Inputs of items by rows of the table, as a batch of shared items has them.

        Args:
            rows: Rows of the table, ascending and distinct [U].

        Raises:
            FashionGraphError: As :meth:`~fashiongraph.data.ItemTable.feature_rows`.
        """
        context = None if self.cooccurrence is None else self.cooccurrence(rows)
        return ItemInputs(self.items.feature_rows(rows), self.items.category_id[rows], context)

    def _shared(
        self, item_id: Tensor, edge_index: Tensor, exclude: Outfits | None
    ) -> dict[str, Tensor]:
        """Fields of the distinct items, and of co-occurrence."""
        fields: dict[str, Tensor] = {}
        if self.items.features is None and self.cooccurrence is None:
            return fields
        unique, index = torch.unique(item_id, return_inverse=True)
        if self.items.features is not None:
            fields["unique_x"] = self.items.feature_rows(unique)
            fields["unique_category_id"] = self.items.category_id[unique]
            fields["unique_index"] = index
        if self.cooccurrence is not None:
            counts = self.cooccurrence.counts(unique, exclude)
            j, i = index[edge_index]
            pairs = self.cooccurrence.pairs(counts, unique, i, j)
            fields["edge_cooccurrence"], fields["edge_expected"] = pairs
            if self.items.features is not None:
                fields["unique_context"] = self.cooccurrence.mean_features(counts)
        return fields

    def _make_separable(
        self, batch: Batch, fields: dict[str, Tensor], ptr: Tensor, sizes: Tensor
    ) -> None:
        """Store the slices of each outfit, as PyG's collation does."""
        edges = sizes * (sizes if self.self_loops else sizes - 1)
        edge_ptr = torch.cat([edges.new_zeros(1), edges.cumsum(0)])
        zeros = torch.zeros_like(sizes)
        batch._slice_dict = {name: edge_ptr if "edge" in name else ptr for name in fields}
        batch._inc_dict = {name: ptr[:-1] if name == "edge_index" else zeros for name in fields}
        batch._store._num_nodes = sizes.tolist()
