"""Index of items by inner product of their vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write
from fashiongraph.manifest import DAMAGED, read_version
from fashiongraph.optional import require
from fashiongraph.retrieval.faiss_index import empty_index, read_index, write_index
from fashiongraph.retrieval.index_table import Filter, IndexTable


class Found(NamedTuple):
    """Results of a search, best first.

    Args:
        score: Inner products [Q, k], minus infinity if there are fewer than k results.
        row: Rows of the table of the index [Q, k], -1 if there are fewer than k results.

    Example:
        >>> Found(torch.tensor([[0.5]]), torch.tensor([[3]])).row
        tensor([[3]])
    """

    score: Tensor
    row: Tensor


INDEX = "item index"
"""Kind of the folder of an index, for :func:`fashiongraph.files.atomic_write`."""

INDEX_CARD = "index.json"
"""Name of the file that marks a folder as an index."""


class ItemIndex:
    r"""Index of items by inner product, with filters by category and further columns (faiss).

    Below ``exact_below`` items every search is exact. From there on an inverted file (IVF) searches
    the ``probes`` nearest of its :math:`\sqrt{n}` cells. It searches all cells if a filter leaves
    at most ``exact_below`` items, or if the nearest cells have too few results. The index is an IVF
    rather than an HNSW graph, because faiss cannot remove items from an HNSW graph.

    :class:`torch_geometric.nn.pool.MIPSKNNIndex` suffices for an exact search of vectors in memory
    without filters: it is a flat faiss index that each process builds anew, and that can exclude
    given pairs of query and result, but neither a category nor an item.

    With vectors of length 1 (:func:`fashiongraph.evaluation.embed_items`), scores are cosines.

    Args:
        index: A faiss index whose ids are rows of ``table``.
        table: Identifiers, categories and further columns of the items.
        exact_below: Number of items below which a search is exact.
        probes: Number of cells that an approximate search reads.
        mapped: Whether the vectors are memory-mapped and cannot be changed.
        key: Digest of model and items
            (``embedding_key``), or :obj:`None` if
            unknown. Adding or removing items resets it.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> index = ItemIndex.build(items, items.features)
        >>> found = index.search(items.features[:1], k=5, where={"category": "bag"})
        >>> index.frame(found)["item_id"][0]
        'synthetic0000'
    """

    def __init__(
        self,
        index: Any,
        table: IndexTable,
        exact_below: int = 100_000,
        probes: int = 32,
        mapped: bool = False,
        key: str | None = None,
    ) -> None:
        self.index = index
        self.table = table
        self.exact_below = exact_below
        self.probes = probes
        self.mapped = mapped
        self.key = key

    @classmethod
    def build(
        cls,
        items: ItemTable,
        vectors: Tensor | np.ndarray,
        exact_below: int = 100_000,
        probes: int = 32,
        half: bool = False,
        key: str | None = None,
    ) -> ItemIndex:
        """Build an index of items.

        Args:
            items: The items; their category and further columns serve as filters.
            vectors: One vector per item [n, D].
            exact_below: Number of items below which a search is exact.
            probes: Number of cells that an approximate search reads.
            half: Store vectors in half precision, which halves the space and rounds scores.
            key: Digest of model and items, for :attr:`key`.

        Raises:
            FashionGraphError: If the vectors do not fit the items, or faiss is not installed.
        """
        values = _item_vectors(items, vectors)
        index = empty_index(values, len(items) >= exact_below, half)
        found = cls(index, IndexTable.empty(), exact_below, probes)
        found.add(items, vectors)
        found.key = key
        return found

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def __repr__(self) -> str:
        kind = "IVF" if self._has_cells else "exact"
        return f"{type(self).__name__}({len(self)} items, {self.index.d} dimensions, {kind})"

    def add(self, items: ItemTable, vectors: Tensor | np.ndarray) -> None:
        """Add items.

        Raises:
            FashionGraphError: If an item is already in the index, the vectors do not fit, or the
                index is mapped.
        """
        self._check_changeable()
        values = _item_vectors(items, vectors)
        if values.shape[1] != self.index.d:
            raise FashionGraphError(
                f"'vectors' needs {self.index.d} dimensions (got {values.shape[1]})"
            )
        rows = self.table.append(items)
        self.key = None
        self.index.add_with_ids(values, rows)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove items.

        Raises:
            FashionGraphError: If an item is not in the index, or the index is mapped.
        """
        self._check_changeable()
        self.index.remove_ids(self.table.remove(ids))
        self.key = None

    def search(
        self,
        query: Tensor | np.ndarray,
        k: int = 10,
        where: Filter | None = None,
        unless: Filter | None = None,
    ) -> Found:
        """Search the items with the largest inner products, for many queries under one filter.

        Args:
            query: Vectors [Q, D].
            k: Number of results per query.
            where: Required values by column: one value, or several alternatives. Columns are
                ``category``, ``item_id`` and the further columns of the item table. Values match
                as text, or else as numbers, dates or truth values: ``"9.90"`` matches 9.9.
            unless: Excluded values by column, likewise.

        Raises:
            FashionGraphError: If ``k`` is not positive, the query has another number of
                dimensions, a column is unknown, or a column lacks a value of ``where``.
        """
        if k < 1:
            raise FashionGraphError(f"'k' needs to be a positive integer (got {k})")
        values = _float32("query", query)
        if values.ndim != 2 or values.shape[1] != self.index.d:
            raise FashionGraphError(
                f"'query' needs the shape [Q, {self.index.d}] (got {list(values.shape)})"
            )
        allowed = self.table.allowed(where or {}, unless or {})
        total = int(allowed.sum())
        exact = not self._has_cells or total <= self.exact_below
        score, row = self._search(values, k, allowed, exact)
        short = (row >= 0).sum(axis=1) < min(k, total)
        if short.any():  # the nearest cells have too few items that the filter allows
            score[short], row[short] = self._search(values[short], k, allowed, True)
        score[row < 0] = -np.inf
        return Found(torch.from_numpy(score), torch.from_numpy(row))

    def frame(self, found: Found) -> pd.DataFrame:
        """Table of results: ``query``, ``rank`` from 1, ``item_id``, ``category`` and ``score``."""
        query, place = np.nonzero(found.row.numpy() >= 0)
        row = found.row.numpy()[query, place]
        return pd.DataFrame(
            {
                "query": query,
                "rank": place + 1,
                "item_id": self.table.ids[row],
                "category": self.table.columns["category"].to_numpy(object)[row],
                "score": found.score.numpy()[query, place],
            }
        )

    def save(self, path: str | Path) -> None:
        """Write the index to a folder atomically.

        Raises:
            FashionGraphError: If the index is mapped, because it is on disk already, or if ``path``
                exists and is not an index.
        """
        self._check_changeable()
        with atomic_write(path, kind=INDEX) as folder:
            folder.mkdir()
            write_index(self.index, folder / "vectors.faiss")
            self.table.save(folder)
            about = {
                "cells": self._has_cells,
                "exact_below": self.exact_below,
                "probes": self.probes,
                "key": self.key,
            }
            (folder / INDEX_CARD).write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path, mapped: bool = True) -> ItemIndex:
        """Load an index that :meth:`save` wrote.

        Args:
            path: The folder.
            mapped: Memory-map the vectors, which processes then share. A mapped index cannot be
                changed, and above one GiB only the size of its vectors is verified.

        Raises:
            DataError: If the folder is not an index, or a file differs from its digest.
        """

        def read(folder: Path) -> ItemIndex:
            about = json.loads((folder / INDEX_CARD).read_text(encoding="utf-8"))
            index = read_index(folder / "vectors.faiss", mapped, about["cells"])
            table = IndexTable.load(folder)
            count = int(table.present.sum())
            if count != index.ntotal:
                rule = f"needs a vector for each of {count} items (has {index.ntotal})"
                raise DataError(rule, folder / "vectors.faiss")
            exact_below, probes = about["exact_below"], about["probes"]
            return cls(index, table, exact_below, probes, mapped, about.get("key"))

        folder = Path(path)
        try:
            return read_version(folder, INDEX, read, mapped=mapped)
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(f"cannot be read as an index of items: {error}", folder) from error

    @property
    def _has_cells(self) -> bool:
        return hasattr(self.index, "nlist")

    def _search(
        self, values: np.ndarray, k: int, allowed: np.ndarray, exact: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        faiss = require("faiss", "retrieval")
        # faiss does not copy the bits: both objects have to exist until the search ends.
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        if self._has_cells:
            probes = self.index.nlist if exact else min(self.probes, self.index.nlist)
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        else:
            parameters = faiss.SearchParameters(sel=selector)
        score = np.empty((len(values), k), np.float32)
        row = np.empty((len(values), k), np.int64)
        # search_c, because importing PyG replaces `search` of every faiss index by one without
        # parameters.
        pointers = (faiss.swig_ptr(score), faiss.swig_ptr(row), parameters)
        self.index.search_c(len(values), faiss.swig_ptr(values), k, *pointers)
        return score, row

    def _check_changeable(self) -> None:
        if self.mapped:
            raise FashionGraphError(
                "this index is mapped from its file and cannot be changed; load it with "
                "mapped=False"
            )


def _item_vectors(items: ItemTable, vectors: Tensor | np.ndarray) -> np.ndarray:
    values = _float32("vectors", vectors)
    if values.ndim != 2 or len(values) != len(items):
        raise FashionGraphError(
            f"'vectors' needs one row per item, {len(items)} (got shape {list(values.shape)})"
        )
    return values


def _float32(argument: str, vectors: Tensor | np.ndarray) -> np.ndarray:
    """Convert vectors of any precision, device or array type to contiguous float32."""
    if isinstance(vectors, Tensor):
        vectors = vectors.detach().float().cpu().numpy()
    try:
        array = np.asarray(vectors)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"got {array.dtype}")
        return np.ascontiguousarray(array, dtype=np.float32)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FashionGraphError(f"'{argument}' needs to be numbers ({error})") from error
