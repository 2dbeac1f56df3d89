"""Ragged outfits into one PyG batch, by index arithmetic."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.cooccurrence import ItemCooccurrence
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.outfit_batch import OutfitGraph
from fashiongraph.loader.outfit_edges import edge_weights, outfit_edges


class OutfitBatcher:
    r"""Turns outfits into the PyG batch that models read.

    Nodes are items. An edge :math:`j \to i` joins each ordered pair of different items of an
    outfit, sorted by the receiving item, so that ``edge_index[1]`` is also a row pointer. It
    weighs :math:`A_{c_i c_j}`, divided so that what arrives at an item sums to 1; without a
    category graph all pairs weigh alike.

    The result equals ``Batch.from_data_list`` over :class:`OutfitSubgraphs`, but is built with a
    handful of tensor operations instead of one Python object per outfit.

    Args:
        items: The item table.
        graph: Category graph that weighs the edges. Where it remembers items
            (:func:`~fashiongraph.data.add_item_cooccurrence`), batches of shared items also carry what
            these were worn with, ``unique_context`` [U, F], and how often the two items of each
            edge were worn together and chance would have had it, ``edge_cooccurrence`` and
            ``edge_expected`` [E].
        self_loops: Also join every item with itself.
        share_items: Carry the features of the batch's distinct items once, as ``unique_x``
            [U, F] with ``unique_category_id`` [U] and the map ``unique_index`` [N] from nodes to
            them, instead of ``x`` [N, F]. Such a batch cannot be taken apart by
            ``to_data_list``.
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
        """Build the batch of all the given outfits, which are over this batcher's items.

        Args:
            outfits: The outfits.
            exclude: Outfits not to remember items by: in training, those that are learned from.
        """
        ptr, item_id, sizes = outfits.ptr, outfits.item_id, outfits.sizes
        node_outfit = outfits.batch
        category_id = self.items.category_id[item_id]
        edge_index = outfit_edges(ptr, self.self_loops)
        fields = {
            "item_id": item_id,
            "category_id": category_id,
            "edge_index": edge_index,
            "edge_weight": edge_weights(edge_index, category_id, self.graph),
        }
        if self.share_items:
            fields |= self._shared(item_id, edge_index, exclude)
        elif self.items.features is not None:
            fields["x"] = self.items.features[item_id].float()
        batch = Batch(
            _base_cls=OutfitGraph, batch=node_outfit, ptr=ptr, num_nodes=item_id.numel(), **fields
        )
        batch._num_graphs = len(outfits)
        if not self.share_items:
            self._make_separable(batch, fields, ptr, sizes)
        return batch

    def _shared(
        self, item_id: Tensor, edge_index: Tensor, exclude: Outfits | None
    ) -> dict[str, Tensor]:
        """What a batch carries of its distinct items, and of pairs of them."""
        fields: dict[str, Tensor] = {}
        if self.items.features is None and self.cooccurrence is None:
            return fields
        unique, slot = torch.unique(item_id, return_inverse=True)
        if self.items.features is not None:
            fields["unique_x"] = self.items.features[unique].float()
            fields["unique_category_id"] = self.items.category_id[unique]
            fields["unique_index"] = slot
        if self.cooccurrence is not None:
            counts = self.cooccurrence.counts(unique, exclude)
            j, i = slot[edge_index]
            pairs = self.cooccurrence.pairs(counts, unique, i, j)
            fields["edge_cooccurrence"], fields["edge_expected"] = pairs
            if self.items.features is not None:
                fields["unique_context"] = self.cooccurrence.mean_features(counts)
        return fields

    def _make_separable(
        self, batch: Batch, fields: dict[str, Tensor], ptr: Tensor, sizes: Tensor
    ) -> None:
        """Note where each outfit starts, as PyG's own collation does."""
        edges = sizes * (sizes if self.self_loops else sizes - 1)
        edge_ptr = torch.cat([edges.new_zeros(1), edges.cumsum(0)])
        zeros = torch.zeros_like(sizes)
        batch._slice_dict = {name: edge_ptr if "edge" in name else ptr for name in fields}
        batch._inc_dict = {name: ptr[:-1] if name == "edge_index" else zeros for name in fields}
        batch._store._num_nodes = sizes.tolist()
