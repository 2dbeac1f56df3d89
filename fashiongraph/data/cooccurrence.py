"""Item co-occurrence: how often pairs of items share training outfits."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary
from torch_geometric.data import Data

from fashiongraph.data.checks import broken_rows
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError

_MIN_OUTFITS = 2


def add_item_cooccurrence(graph: Data, outfits: Outfits) -> Data:
    """Add the co-occurrence counts of items to a category graph.

    Items in fewer than two training outfits are skipped: leave-one-out removes their only
    co-occurrence as a positive but not as a negative, which leaks the label.

    Pass the *training* outfits only.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph`.
        outfits: The outfits.

    Returns:
        A copy of the graph with ``item_key`` [I], a hash of each item's identifier, by which
        another table finds its items; and in compressed sparse rows ``item_ptr`` [I + 1],
        ``item_neighbor`` and ``item_count`` [P]: item ``i`` co-occurs with
        ``item_neighbor[item_ptr[i]:item_ptr[i + 1]]``, in ``item_count`` outfits each.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits, category_graph
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"]])
        >>> graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
        >>> graph = add_item_cooccurrence(graph, outfits)
        >>> graph.item_ptr.tolist(), graph.item_neighbor.tolist(), graph.item_count.tolist()
        ([0, 2, 4, 4], [1, 2, 0, 2], [2, 1, 2, 1])
    """
    counted = outfits.frequency.numpy() >= _MIN_OUTFITS
    counts = _pair_counts(outfits.ptr.numpy(), outfits.item_id.numpy(), counted)
    graph = copy(graph)
    graph.item_key = outfits.items.key
    graph.item_ptr = torch.from_numpy(counts.indptr.astype(np.int64))
    graph.item_neighbor = torch.from_numpy(counts.indices.astype(np.int64))
    graph.item_count = torch.from_numpy(counts.data.astype(np.int64))
    return graph


class ItemCooccurrence:
    r"""Lookup of item co-occurrence for the rows of a table.

    With :math:`n_{ij}` the number of counted outfits that hold both items, an item's context is
    the mean of the features of its co-occurring items,

    .. math::
        \mathbf{g}_i = \frac{\sum_j n_{ij} \, \mathbf{f}_j}{\sum_j n_{ij}}

    over the items with finite features, and :math:`\mathbf{0}` for an item that was not counted. A
    pair of counted items has :math:`n_{ij}` and its expectation under independence,
    :math:`n_i n_j / n`, with :math:`n_i` and :math:`n` the sums over counted items.

    Args:
        graph: A graph with item co-occurrence (:func:`add_item_cooccurrence`).
        items: The table whose rows are looked up, with features if contexts are needed. Items
            are matched by their identifiers, so the table may differ from the counted one.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits, category_graph
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"], torch.eye(3))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"]])
        >>> graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
        >>> cooccurrence = ItemCooccurrence(add_item_cooccurrence(graph, outfits), items)
        >>> cooccurrence(torch.tensor([0, 2])).tolist()
        [[0.0, 0.6666666865348816, 0.3333333432674408], [0.0, 0.0, 0.0]]
    """

    def __init__(self, graph: Data, items: ItemTable) -> None:
        self.features = items.features
        matched = _matched(graph, items.key)
        self.num_pairs = matched.num_pairs
        self.cooccurrence = matched.counts
        self.counted = matched.counted
        self.outside = matched.outside

    def __call__(self, rows: Tensor, exclude: Outfits | None = None) -> Tensor:
        """Mean features of co-occurring items [U, F].

        Args:
            rows: Rows of the table [U], ascending and distinct.
            exclude: Counted outfits to leave out, such as those of a training batch.

        Raises:
            FashionGraphError: If the table has no features.
        """
        return self.mean_features(self.counts(rows, exclude))

    def counts(self, rows: Tensor, exclude: Outfits | None = None) -> csr_array:
        """Co-occurrence counts of some items with every item of the table [U, n].

        Args:
            rows: Rows of the table [U], ascending and distinct.
            exclude: Counted outfits to leave out.
        """
        row = rows.numpy()
        counts = self.cooccurrence[row]
        return counts if exclude is None else csr_array(counts - self._within(exclude, row))

    def co_occurring(self, rows: Tensor) -> Tensor:
        """Rows of items in at least two training outfits that co-occur with some items, ascending.

        Args:
            rows: Rows of the table, ascending and distinct.
        """
        found = self.counts(rows).indices
        return torch.from_numpy(np.unique(found[self.counted[found]]).astype(np.int64))

    def pairs(self, counts: csr_array, rows: Tensor, i: Tensor, j: Tensor) -> tuple[Tensor, Tensor]:
        """Observed and expected co-occurrence of pairs of items, [E] each.

        Args:
            counts: :meth:`counts` of ``rows``.
            rows: Rows of the table [U].
            i: One item of each pair, as an index into ``rows`` [E].
            j: The other one, likewise [E].
        """
        row, column = i.numpy(), rows.numpy()[j.numpy()]
        width = counts.shape[1]
        key = np.repeat(np.arange(len(rows)), np.diff(counts.indptr)) * width + counts.indices
        wanted = row * width + column
        place = np.searchsorted(key, wanted)
        found = np.append(key, -1)[place] == wanted
        observed = np.append(counts.data, 0)[place] * (found & self.counted[column])
        total = counts @ self.counted + self.outside[rows.numpy()]
        expected = total[row] * total[j.numpy()] / self.num_pairs
        return torch.from_numpy(observed.astype(np.float32)), torch.from_numpy(
            expected.astype(np.float32)
        )

    def mean_features(self, counts: csr_array) -> Tensor:
        """Mean features of co-occurring items [U, F].

        Args:
            counts: :meth:`counts` of the items.

        Raises:
            FashionGraphError: If the table has no features.
        """
        if self.features is None:
            raise FashionGraphError("'items' needs features for the co-occurrence context")
        neighbors, column = np.unique(counts.indices, return_inverse=True)
        total: NDArray[Any] = counts.sum(axis=1)
        weight = csr_array((counts.data, column, counts.indptr), shape=(len(total), len(neighbors)))
        features = self.features[torch.from_numpy(neighbors).long()].float()
        broken = broken_rows(features).numpy()
        if len(broken):  # an item without usable features adds nothing, in this outfit or another
            features[broken] = 0.0
            kept = np.ones(len(neighbors), np.float32)
            kept[broken] = 0.0
            total = weight @ kept
        mean = weight @ features.numpy() / np.maximum(total, 1)[:, None]
        return torch.from_numpy(mean.astype(np.float32, copy=False))

    def _within(self, outfits: Outfits, row: NDArray[np.int64]) -> csr_array:
        """Co-occurrence counts within some outfits only, of the items ``row`` [U, n].

        Items are renumbered, so the time depends on these outfits and not on the table.
        """
        present, item = np.unique(outfits.item_id.numpy(), return_inverse=True)
        counts = _pair_counts(outfits.ptr.numpy(), item, self.counted[present])
        _, wanted, found = np.intersect1d(row, present, assume_unique=True, return_indices=True)
        ones = np.ones(len(wanted), np.float32)
        place = csr_array((ones, (wanted, found)), shape=(len(row), len(present)))
        within = csr_array(place @ counts)
        within.sort_indices()
        return csr_array(
            (within.data, present[within.indices], within.indptr),
            shape=(len(row), len(self.counted)),
        )


def _pair_counts(
    ptr: NDArray[np.int64], item: NDArray[np.int64], counted: NDArray[np.bool_]
) -> csr_array:
    """Number of outfits that hold both of two different items, in the rows of counted items."""
    shape = (len(ptr) - 1, len(counted))
    holds = csr_array((np.ones(len(item), np.float32), item, ptr), shape=shape, copy=True)
    holds.sum_duplicates()
    holds.data[:] = 1
    kept = csr_array(holds.multiply(counted))
    kept.eliminate_zeros()
    counts = csr_array(kept.T @ holds)
    counts.setdiag(0)
    counts.eliminate_zeros()
    counts.sort_indices()  # else a difference of two takes time by the size of the table
    return counts


@dataclass(frozen=True)
class _Matched:
    """Counts of a graph by the rows of a table.

    Args:
        key: Keys of the items of the table, for which they hold [n].
        version: Version of the counts of the graph.
        num_pairs: Number of counted pairs.
        counts: Co-occurrence of items [n, n].
        counted: Whether each item was counted [n].
        outside: Co-occurrence of each item with items that are not in the table [n].
    """

    key: Tensor
    version: int
    num_pairs: float
    counts: csr_array
    counted: NDArray[np.bool_]
    outside: NDArray[np.float32]


# The last result of each graph: answers about one catalogue follow one another, and it takes longer
# to match 100,000 items than to score an outfit.
_LAST = WeakTensorKeyDictionary()


def _matched(graph: Data, key: Tensor) -> _Matched:
    """Counts of a graph by the rows of a table with these keys."""
    last: _Matched | None = _LAST.get(graph.item_count)
    if last is not None and last.key is key and last.version == graph.item_count._version:
        return last
    size = graph.item_key.numel()
    counts = csr_array(
        (
            graph.item_count.numpy().astype(np.float32),
            graph.item_neighbor.numpy(),
            graph.item_ptr.numpy(),
        ),
        shape=(size, size),
    )
    counted = np.diff(counts.indptr) > 0
    total = counts @ counted
    num_pairs = max(float(total.sum()), 1.0)
    if not torch.equal(key, graph.item_key):
        row = pd.Index(graph.item_key.numpy()).get_indexer(pd.Index(key.numpy()))
        (matched,) = np.nonzero(row >= 0)
        ones = np.ones(len(matched), np.float32)
        place = csr_array((ones, (matched, row[matched])), shape=(len(key), size))
        counts = csr_array(place @ counts @ place.T)
        counts.sort_indices()
        counted, total = place @ counted > 0, place @ total
    outside = total - counts @ counted  # with items that are not in the table
    found = _Matched(key, graph.item_count._version, num_pairs, counts, counted, outside)
    _LAST[graph.item_count] = found
    return found
