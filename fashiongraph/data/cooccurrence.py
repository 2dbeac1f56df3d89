"""What items were worn with in training."""

from __future__ import annotations

from copy import copy

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor
from torch_geometric.data import Data

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError

_FEWEST = 2  # outfits


def add_item_cooccurrence(graph: Data, outfits: Outfits) -> Data:
    """Add to a category graph which items were worn with which others, and how often.

    Only items of at least two outfits are remembered. In training an outfit may not remember
    itself, so an item of one outfit would be known as a stranger and unknown at home, and whoever
    knows that needs no taste.

    Pass the *training* outfits only.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph`.
        outfits: The outfits.

    Returns:
        A copy of the graph with ``item_key`` [I], a hash of each item's identifier, by which
        another table finds its items; and ``item_ptr`` [I + 1], ``item_other`` and ``item_times``
        [P]: item ``i`` was worn with ``item_other[item_ptr[i]:item_ptr[i + 1]]``, each in so many
        outfits.
    """
    worn = outfits.frequency.numpy() >= _FEWEST
    together = _together(outfits.ptr.numpy(), outfits.item_id.numpy(), worn)
    graph = copy(graph)
    graph.item_key = outfits.items.key
    graph.item_ptr = torch.from_numpy(together.indptr.astype(np.int64))
    graph.item_other = torch.from_numpy(together.indices.astype(np.int64))
    graph.item_times = torch.from_numpy(together.data.astype(np.int64))
    return graph


class ItemCooccurrence:
    r"""Looks up what items were worn with.

    Of each item the mean features of what it was worn with,

    .. math::
        \mathbf{g}_i = \frac{\sum_j n_{ij} \, \mathbf{f}_j}{\sum_j n_{ij}}

    with :math:`n_{ij}` the number of remembered outfits that hold both, and :math:`\mathbf{0}` for
    an item that is not remembered. Of two remembered items :math:`n_{ij}` itself, and what to
    expect of it by chance, :math:`n_i n_j / n`, with :math:`n_i` and :math:`n` its sums over
    remembered items.

    Args:
        graph: What :func:`add_item_cooccurrence` returned.
        items: The table whose rows are asked about, with features if these are asked for. Items are
            found by their identifiers, so it may be another one than was remembered.
    """

    def __init__(self, graph: Data, items: ItemTable) -> None:
        self.features = items.features
        size = graph.item_key.numel()
        together = csr_array(
            (
                graph.item_times.numpy().astype(np.float32),
                graph.item_other.numpy(),
                graph.item_ptr.numpy(),
            ),
            shape=(size, size),
        )
        remembered = np.diff(together.indptr) > 0
        total = together @ remembered
        self.num_pairs = max(float(total.sum()), 1.0)
        if not torch.equal(items.key, graph.item_key):
            row = pd.Index(graph.item_key.numpy()).get_indexer(pd.Index(items.key.numpy()))
            (known,) = np.nonzero(row >= 0)
            ones = np.ones(len(known), np.float32)
            place = csr_array((ones, (known, row[known])), shape=(len(items), size))
            together = csr_array(place @ together @ place.T)
            together.sort_indices()
            remembered, total = place @ remembered > 0, place @ total
        self.together = together
        self.remembered = remembered
        self.elsewhere = total - together @ remembered  # with items that are not in the table

    def __call__(self, rows: Tensor, but: Outfits | None = None) -> Tensor:
        """Mean features of what items were worn with [U, F].

        Args:
            rows: Rows of the table [U], ascending and different.
            but: Remembered outfits to leave out, such as those of a training batch.

        Raises:
            FashionGraphError: If the table has no features.
        """
        return self.mean_features(self.counts(rows, but))

    def counts(self, rows: Tensor, but: Outfits | None = None) -> csr_array:
        """How often items were worn with each item of the table [U, n].

        Args:
            rows: Rows of the table [U], ascending and different.
            but: Remembered outfits to leave out.
        """
        row = rows.numpy()
        together = self.together[row]
        return together if but is None else csr_array(together - self._within(but, row))

    def co_occurring(self, rows: Tensor) -> Tensor:
        """Rows of items in at least two training outfits that co-occur with some items, ascending.

        Args:
            rows: Rows of the table, ascending and different.
        """
        found = self.counts(rows).indices
        return torch.from_numpy(found[self.remembered[found]]).long().unique()

    def pairs(self, counts: csr_array, rows: Tensor, i: Tensor, j: Tensor) -> tuple[Tensor, Tensor]:
        """How often pairs of items were worn together, and chance would have had it [E] each.

        Args:
            counts: What :meth:`counts` says of ``rows``.
            rows: Rows of the table [U].
            i: One item of each pair, as a place in ``rows`` [E].
            j: The other one, likewise [E].
        """
        mine, column = i.numpy(), rows.numpy()[j.numpy()]
        width = counts.shape[1]
        key = np.repeat(np.arange(len(rows)), np.diff(counts.indptr)) * width + counts.indices
        asked = mine * width + column
        place = np.searchsorted(key, asked)
        found = np.append(key, -1)[place] == asked
        together = np.append(counts.data, 0)[place] * (found & self.remembered[column])
        total = counts @ self.remembered + self.elsewhere[rows.numpy()]
        chance = total[mine] * total[j.numpy()] / self.num_pairs
        return torch.from_numpy(together.astype(np.float32)), torch.from_numpy(
            chance.astype(np.float32)
        )

    def mean_features(self, counts: csr_array) -> Tensor:
        """Mean features of what items were worn with [U, F].

        Args:
            counts: What :meth:`counts` says of these items.

        Raises:
            FashionGraphError: If the table has no features.
        """
        if self.features is None:
            raise FashionGraphError("'items' needs features to say what items were worn with")
        others, column = np.unique(counts.indices, return_inverse=True)
        total = counts.sum(axis=1)
        together = csr_array((counts.data, column, counts.indptr), shape=(len(total), len(others)))
        worn_with = self.features[torch.from_numpy(others).long()].float().numpy()
        mean = together @ worn_with / np.maximum(total, 1)[:, None]
        return torch.from_numpy(mean.astype(np.float32, copy=False))

    def _within(self, outfits: Outfits, row: NDArray[np.int64]) -> csr_array:
        """How many of some outfits hold both of an item that is asked about and another [U, n].

        Items are numbered anew, so that the time depends on these outfits and not on the table.
        """
        names, item = np.unique(outfits.item_id.numpy(), return_inverse=True)
        together = _together(outfits.ptr.numpy(), item, self.remembered[names])
        _, asked, held = np.intersect1d(row, names, assume_unique=True, return_indices=True)
        ones = np.ones(len(asked), np.float32)
        place = csr_array((ones, (asked, held)), shape=(len(row), len(names)))
        within = csr_array(place @ together)
        within.sort_indices()
        return csr_array(
            (within.data, names[within.indices], within.indptr),
            shape=(len(row), len(self.remembered)),
        )


def _together(
    ptr: NDArray[np.int64], item: NDArray[np.int64], kept: NDArray[np.bool_]
) -> csr_array:
    """How many outfits hold both of two different items, for the items that are kept."""
    shape = (len(ptr) - 1, len(kept))
    held = csr_array((np.ones(len(item), np.float32), item, ptr), shape=shape, copy=True)
    held.sum_duplicates()
    held.data[:] = 1
    mine = csr_array(held.multiply(kept))
    mine.eliminate_zeros()
    together = csr_array(mine.T @ held)
    together.setdiag(0)
    together.eliminate_zeros()
    together.sort_indices()  # else a difference of two takes time by the size of the table
    return together
