"""An index of items by their vectors."""

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
from fashiongraph.optional import require
from fashiongraph.retrieval.faiss_index import empty_index, read_index
from fashiongraph.retrieval.index_table import Filter, IndexTable


class Found(NamedTuple):
    """Results of a search, best first.

    Args:
        score: Inner products [Q, k], minus infinity where there are fewer than k results.
        row: Rows of the index's table [Q, k], -1 there.
    """

    score: Tensor
    row: Tensor


INDEX_CARD = "index.json"
"""The file that tells an index from any other folder."""


class ItemIndex:
    r"""The items whose vectors have the largest inner product with a query's, by faiss.

    Below ``exact_below`` vectors every search is exact. From there on an inverted file (IVF) looks
    at the ``probes`` nearest of its :math:`\sqrt{n}` cells, unless a filter leaves fewer than
    ``exact_below`` items or the cells held too few: then it looks at all. IVF and not HNSW,
    because faiss removes nothing from an HNSW graph.

    :class:`torch_geometric.nn.pool.MIPSKNNIndex` suffices for an exact search of vectors in
    memory that is neither filtered nor kept: it is a flat faiss index, made anew by each process,
    that can leave out given pairs of query and result but neither a category nor an item for good.

    Vectors of length 1 (see :func:`fashiongraph.evaluation.embed_items`) make scores cosines.

    Args:
        index: A faiss index whose ids are rows of ``table``.
        table: Identifiers, categories and further columns of the items.
        exact_below: Number of items up to which a search looks at all.
        probes: Number of cells that a search looks at beyond.
        mapped: The vectors lie in a file and cannot be changed.
        key: What embedded which items, as
            :func:`~fashiongraph.retrieval.embedding_key.embedding_key` says, where it is known.
            Once items come or go it is not.
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
        """Index items by their vectors.

        Args:
            items: The items; their category and further columns can be filtered by.
            vectors: One vector per item [n, D].
            exact_below: Number of items up to which a search is exact.
            probes: Number of cells that a search looks at beyond.
            half: Keep vectors in half precision: half the space, rounded scores.
            key: What embedded the items, for :attr:`key`.

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
            FashionGraphError: If an item is there already, the vectors do not fit, or the index
                is mapped.
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
            FashionGraphError: If one is not there, or the index is mapped.
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
        """Search for many queries under one filter.

        Args:
            query: Vectors [Q, D].
            k: Number of results.
            where: The value that a result has, or several that are alternatives, by column:
                ``category``, ``item_id``, or any other column of the item table. Values are
                compared as text, and where a column does not hold it as written, as numbers,
                dates, or true and false: ``"9.90"`` finds 9.9.
            unless: Values that no result has, likewise.

        Raises:
            FashionGraphError: If ``k`` is not positive, the query has another number of
                dimensions, a column is unknown, or it holds a value of ``where`` nowhere.
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
        lacking = (row >= 0).sum(axis=1) < min(k, total)
        if lacking.any():  # the nearest cells held too few that the filter allows
            score[lacking], row[lacking] = self._search(values[lacking], k, allowed, True)
        score[row < 0] = -np.inf
        return Found(torch.from_numpy(score), torch.from_numpy(row))

    def frame(self, found: Found) -> pd.DataFrame:
        """Results as a table: ``query``, ``rank`` from 1, ``item_id``, ``category``, ``score``."""
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
        """Write the index as a folder, whole or not at all.

        Raises:
            FashionGraphError: If the index is mapped: it is written already. Or if something else
                than an index stands there.
        """
        self._check_changeable()
        with atomic_write(path, marker=INDEX_CARD) as folder:
            folder.mkdir()
            require("faiss", "retrieval").write_index(self.index, str(folder / "vectors.faiss"))
            self.table.save(folder)
            card = {
                "cells": self._has_cells,
                "exact_below": self.exact_below,
                "probes": self.probes,
                "key": self.key,
            }
            (folder / INDEX_CARD).write_text(json.dumps(card), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path, mapped: bool = True) -> ItemIndex:
        """Read what :meth:`save` wrote.

        Args:
            path: The folder.
            mapped: Leave the vectors in their file until a search reads them, shared by all
                processes that do so. Such an index cannot be changed.

        Raises:
            DataError: If the folder holds no index.
        """
        folder = Path(path)
        try:
            card = json.loads((folder / INDEX_CARD).read_text(encoding="utf-8"))
            index = read_index(folder / "vectors.faiss", mapped, card["cells"])
            table = IndexTable.load(folder)
            searched = (card["exact_below"], card["probes"])
            return cls(index, table, *searched, mapped, card.get("key"))
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise DataError(f"no index of items can be read there: {error}", folder) from error

    @property
    def _has_cells(self) -> bool:
        return hasattr(self.index, "nlist")

    def _search(
        self, values: np.ndarray, k: int, allowed: np.ndarray, exact: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        faiss = require("faiss", "retrieval")
        # faiss reads the bits where they lie: both names have to outlive the search.
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        if self._has_cells:
            probes = self.index.nlist if exact else min(self.probes, self.index.nlist)
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        else:
            parameters = faiss.SearchParameters(sel=selector)
        score = np.empty((len(values), k), np.float32)
        row = np.empty((len(values), k), np.int64)
        # PyG's KNN indices replace ``search`` of every faiss index by one without parameters.
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
    """Vectors of any precision, device or kind of array, as faiss reads them."""
    if isinstance(vectors, Tensor):
        vectors = vectors.detach().float().cpu().numpy()
    try:
        array = np.asarray(vectors)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"got {array.dtype}")
        return np.ascontiguousarray(array, dtype=np.float32)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FashionGraphError(f"'{argument}' needs to be numbers ({error})") from error
