"""The batch that models read: its fields, and views of it with some items left out."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_edges import outfit_edges


class OutfitGraph(Data):
    r"""Outfits as one PyG graph: items are nodes, and outfits are its connected parts.

    A batch of :class:`~fashiongraph.loader.OutfitBatcher` is ``Batch(_base_cls=OutfitGraph)``, so
    ``batch``, ``ptr`` and ``num_graphs`` are PyG's. N nodes, E edges, B outfits, U distinct items:

    ==================== =========== ======================================================== ======
    field                shape       content                                                  set by
    ==================== =========== ======================================================== ======
    ``item_id``          [N]         row of the item table                                    batcher
    ``category_id``      [N]         category, -1 if unknown                                  batcher
    ``edge_index``       [2, E]      j -> i for each ordered pair of an outfit, sorted by i   batcher
    ``edge_weight``      [E]         :math:`A_{c_i c_j}`, the weights into i sum to 1         batcher
    ``x``                [N, F]      features; gathered from ``unique_x`` on first access     batcher
    ``unique_x``         [U, F]      features of the distinct items                           shared
    ``unique_category_id`` [U]       their categories                                         shared
    ``unique_index``     [N]         row of ``unique_x`` of each node                         shared
    ``unique_context``   [U, F]      mean features of co-occurring items                      graph
    ``edge_cooccurrence`` [E]        training outfits that hold both items                    graph
    ``edge_expected``    [E]         the same expected by chance                              graph
    ``item_states``      dict        cached item states, U rows each                          cache
    ``item_index``       [N]         row of ``item_states`` of each node                      cache
    ``position``         [Q]         blank of each question, counted within its outfit        questions
    ``num_shared``       int         real outfits of all processes in a training batch        training
    ``num_own``          int         real outfits of this process in a training batch         training
    ==================== =========== ======================================================== ======

    *shared* stands for ``share_items=True``, *graph* for a category graph with item co-occurrence
    (:func:`~fashiongraph.data.add_item_cooccurrence`), *cache* for evaluation with cached states.
    """

    @property
    def x(self) -> Tensor | None:
        """Features of the nodes [N, F], or :obj:`None` if the item table has none."""
        store = self._store
        if "x" not in store and "unique_x" in store:
            return store["unique_x"].index_select(0, store["unique_index"])
        return store["x"] if "x" in store else None

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
    """Inputs of the items of a batch, each distinct item once if the batch shares items.

    Args:
        batch: A batch with features.

    Returns:
        The inputs, and the row of each node in them [N], or :obj:`None` where row i is node i.

    Raises:
        FashionGraphError: If the batch has no features.
    """
    if "unique_x" in batch:
        context = batch.unique_context if "unique_context" in batch else None
        return ItemInputs(batch.unique_x, batch.unique_category_id, context), batch.unique_index
    if "x" in batch:
        return ItemInputs(batch.x, batch.category_id), None
    raise FashionGraphError("'batch' needs features, but its item table has none")


def leave_one_out(batch: Batch) -> Batch:
    """Every outfit of a batch without each of its items in turn.

    Outfit i of the result is the outfit of node i without node i, so there are N outfits; an
    outfit of one item gives an empty one.

    Args:
        batch: A batch whose edges are those of :func:`~fashiongraph.loader.outfit_edges`.

    Raises:
        FashionGraphError: If the edges are others, or hold self-loops.
    """
    sender, receiver = batch.edge_index
    if not torch.equal(batch.edge_index, outfit_edges(batch.ptr)):
        raise FashionGraphError(
            "'batch' needs the edges of outfit_edges(batch.ptr), without self-loops"
        )
    size = torch.bincount(receiver, minlength=batch.num_nodes)
    ptr = torch.cat([size.new_zeros(1), size.cumsum(0)])
    edge_index = outfit_edges(ptr)
    j, i = sender[edge_index]
    # Edge j -> i of the whole batch: edges into i lie side by side, sorted by j, without i itself.
    edge = ptr[i] + (j - batch.ptr[batch.batch[i]]) - (j > i).long()
    fields = {"edge_index": edge_index, "batch": receiver, "ptr": ptr}
    num_edges, num_nodes = len(sender), int(batch.num_nodes or 0)
    for name, value in batch.to_dict().items():
        if name in fields or name.startswith("unique_x") or not torch.is_tensor(value):
            continue
        if name.startswith("edge_") and len(value) == num_edges:
            fields[name] = value[edge]
        elif value.dim() and len(value) == num_nodes and name in _NODE_FIELDS:
            fields[name] = value[sender]
    weight = fields["edge_weight"]
    total = torch.zeros_like(weight.new_empty(len(sender))).index_add_(0, edge_index[1], weight)
    fields["edge_weight"] = weight / total[edge_index[1]]
    kept = {n: batch[n] for n in _SHARED_FIELDS if n in batch}
    left = Batch(_base_cls=OutfitGraph, num_nodes=len(sender), **fields, **kept)
    left._num_graphs = num_nodes
    return left


_NODE_FIELDS = ("x", "item_id", "category_id", "unique_index", "item_index")
_SHARED_FIELDS = ("unique_x", "unique_category_id", "unique_context", "item_states")
