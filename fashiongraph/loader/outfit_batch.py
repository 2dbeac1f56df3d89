"""The batch that models read, its item inputs, and leave-one-out copies of it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_edges import outfit_edges


class OutfitGraph(Data):
    r"""Graph of a batch of outfits, with items as nodes and outfits as connected components.

    A batch of :class:`~fashiongraph.loader.OutfitBatcher` is ``Batch(_base_cls=OutfitGraph)``, so
    ``batch``, ``ptr`` and ``num_graphs`` are PyG's. N nodes, E edges, B outfits, U distinct items:

    ====================== ====== ================================================= =========
    field                  shape  content                                           set by
    ====================== ====== ================================================= =========
    ``item_id``            [N]    row of the item table                             batcher
    ``category_id``        [N]    category, -1 if unknown                           batcher
    ``edge_index``         [2, E] j -> i for each ordered pair, sorted by i, then j batcher
    ``edge_weight``        [E]    :math:`A_{c_i c_j}`; weights into i sum to 1      batcher
    ``x``                  [N, F] features; gathered from ``unique_x`` when read    batcher
    ``unique_x``           [U, F] features of the distinct items                    shared
    ``unique_category_id`` [U]    categories of the distinct items                  shared
    ``unique_index``       [N]    row of ``unique_x`` of each node                  shared
    ``unique_context``     [U, F] mean features of co-occurring items               graph
    ``edge_cooccurrence``  [E]    training outfits with both items                  graph
    ``edge_expected``      [E]    the same, expected under independence             graph
    ``item_states``        dict   cached item embeddings, U rows each               cache
    ``item_index``         [N]    row of ``item_states`` of each node               cache
    ``position``           [Q]    blank of each question within its outfit          questions
    ``num_shared``         int    real outfits in all processes                     training
    ``num_own``            int    real outfits in this process                      training
    ====================== ====== ================================================= =========

    *shared* stands for ``share_items=True``, *graph* for a category graph with item co-occurrence
    (:func:`~fashiongraph.data.add_item_cooccurrence`), *cache* for evaluation with cached items.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> batch = OutfitBatcher(items, share_items=True)(Outfits.from_lists(items, [["b", "a"]]))
        >>> batch.x.tolist(), batch.unique_index.tolist()
        ([[0.0, 1.0], [1.0, 0.0]], [1, 0])
    """

    @property
    def x(self) -> Tensor | None:
        """Features of the nodes [N, F], or :obj:`None` if the item table has none."""
        store = self._store
        if "x" not in store and "unique_x" in store:
            unique_x: Tensor = store["unique_x"]
            return unique_x.index_select(0, store["unique_index"])
        x: Tensor | None = store.get("x")
        return x

    @x.setter
    def x(self, x: Tensor | None) -> None:
        self._store.x = x


class ItemInputs(NamedTuple):
    """Inputs of the distinct items of a batch.

    Args:
        x: Features [U, F].
        category_id: Categories [U].
        context: Mean features of co-occurring training items [U, F], if the batch has them.
    """

    x: Tensor
    category_id: Tensor
    context: Tensor | None = None


def item_inputs(batch: Batch) -> tuple[ItemInputs, Tensor | None]:
    """Inputs of the items of a batch, with distinct items once if the batch shares items.

    Args:
        batch: A batch with features.

    Returns:
        The inputs, and the row of each node in them [N], or :obj:`None` where row i is node i.

    Raises:
        FashionGraphError: If the batch has no features.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a"]])
        >>> inputs, index = item_inputs(OutfitBatcher(items, share_items=True)(outfits))
        >>> inputs.x.shape, index.tolist()
        (torch.Size([2, 2]), [0, 1, 0])
    """
    context = batch.unique_context if "unique_context" in batch else None
    if "unique_x" in batch:
        return ItemInputs(batch.unique_x, batch.unique_category_id, context), batch.unique_index
    if "x" in batch:
        return ItemInputs(batch.x, batch.category_id, context), None
    raise FashionGraphError("'batch' needs features (got an item table without any)")


def leave_one_out(batch: Batch) -> Batch:
    """Batch of every outfit without each of its items in turn.

    Outfit i of the result is the outfit of node i without node i, so the result has N outfits. An
    outfit of one item becomes an empty one. Edge weights are normalised again.

    Args:
        batch: A batch with the edges of :func:`~fashiongraph.loader.outfit_edges`.

    Raises:
        FashionGraphError: If the batch has other edges, such as self-loops.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> batch = OutfitBatcher(items)(Outfits.from_lists(items, [["a", "b", "c"]]))
        >>> leave_one_out(batch).item_id.view(3, 2).tolist()
        [[1, 2], [0, 2], [0, 1]]
    """
    sender, receiver = batch.edge_index
    num_edges, num_nodes = len(sender), int(batch.num_nodes or 0)
    if not torch.equal(batch.edge_index, outfit_edges(batch.ptr, num_nodes=num_nodes)):
        raise FashionGraphError(
            "'batch' needs the edges of outfit_edges(batch.ptr), without self-loops"
        )
    size = torch.bincount(receiver, minlength=batch.num_nodes)
    ptr = torch.cat([size.new_zeros(1), size.cumsum(0)])
    edge_index = outfit_edges(ptr, num_nodes=num_edges)
    j, i = sender[edge_index]
    # Index of edge j -> i in the batch, whose edges into i are contiguous and sorted by j.
    edge = ptr[i] + (j - batch.ptr[batch.batch[i]]) - (j > i).long()
    fields = {"edge_index": edge_index, "batch": receiver, "ptr": ptr}
    for name, value in batch.to_dict().items():
        if name in fields or name.startswith("unique_x") or not torch.is_tensor(value):
            continue
        if name.startswith("edge_") and len(value) == num_edges:
            fields[name] = value[edge]
        elif value.dim() and len(value) == num_nodes and name in _NODE_FIELDS:
            fields[name] = value[sender]
    weight = fields["edge_weight"]
    total = weight.new_zeros(num_edges).index_add_(0, edge_index[1], weight)
    fields["edge_weight"] = weight / total[edge_index[1]]
    kept = {n: batch[n] for n in _SHARED_FIELDS if n in batch}
    left = Batch(_base_cls=OutfitGraph, num_nodes=num_edges, **fields, **kept)
    left._num_graphs = num_nodes
    return left


_NODE_FIELDS = ("x", "item_id", "category_id", "unique_index", "item_index")
_SHARED_FIELDS = ("unique_x", "unique_category_id", "unique_context", "item_states")
