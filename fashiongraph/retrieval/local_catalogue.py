"""Item vectors of a catalogue in memory or in mapped files, by category."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write, mapped_array, save_array
from fashiongraph.manifest import DAMAGED, read_version
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.retrieval.catalogue import BLOCK, Catalogue, encoded, vector_size
from fashiongraph.retrieval.completion_scorer import CompletionScorer
from fashiongraph.retrieval.embedding_key import embedding_key

STATES = "catalogue states"
"""Kind of the folder of stored states, for :func:`fashiongraph.files.atomic_write`."""

STATES_CARD = "states.json"
"""Name of the file that marks a folder as stored states."""


class LocalCatalogue(Catalogue):
    """Item vectors of a catalogue in memory or in mapped files, sorted by category.

    The rows of a category are contiguous, so that a search in one category reads no other rows.
    Items without a category are no candidates of any slot and come last.

    Args:
        scorer: Scorer of a model over the catalogue.
        values: Vectors [n, D].
        item: Row of the item table of each vector [n].
        ptr: Offsets of the categories [C + 1].
        rounding: Largest Euclidean error of a vector due to the storage type.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> from fashiongraph.retrieval import complete
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> items, model = outfits.items, Siamese(outfits.items.num_features)
        >>> states = LocalCatalogue.build(model, items, dtype=torch.float16)
        >>> len(states)
        100
        >>> len(complete(model, items.ids[:1], items, ["shoes"], k=3, states=states))
        3
    """

    def __init__(
        self,
        scorer: CompletionScorer,
        values: Tensor,
        item: Tensor,
        ptr: Tensor,
        rounding: float = 0.0,
    ) -> None:
        super().__init__(scorer, rounding)
        self.values = values
        self.item = item
        self.ptr = ptr

    @classmethod
    @torch.no_grad()
    def build(
        cls,
        model: OutfitModel,
        items: ItemTable,
        path: str | Path | None = None,
        dtype: torch.dtype = torch.float32,
        batch_size: int = BLOCK,
    ) -> LocalCatalogue:
        """Encode all items of a catalogue.

        Args:
            model: A model with item vectors.
            items: Items with features.
            path: Folder to write to while encoding, such that the vectors are never in memory as
                one array; the result is memory-mapped. By default the vectors stay in memory.
            dtype: Storage type; float16 needs half the space, and exact completions stay exact.
            batch_size: Number of items encoded at once.

        Raises:
            FashionGraphError: If the model has no item vectors, and as :class:`CompletionScorer`.
        """
        scorer = CompletionScorer(model, items)
        shape = (len(items), vector_size(scorer))
        if path is None:
            values = torch.empty(shape, dtype=dtype)
            return cls(scorer, values, *_fill(scorer, values, batch_size))
        with atomic_write(path, kind=STATES) as folder:
            folder.mkdir()
            numpy_dtype = torch.empty(0, dtype=dtype).numpy().dtype
            mapped = mapped_array(folder / "states.npy", shape, numpy_dtype)
            item, ptr, rounding = _fill(scorer, torch.from_numpy(mapped), batch_size)
            mapped.flush()
            _write_card(folder, scorer, item, ptr, rounding)
        return cls.load(path, model, items)

    @classmethod
    def load(cls, path: str | Path, model: OutfitModel, items: ItemTable) -> LocalCatalogue:
        """Memory-map stored vectors.

        All files are verified against their digests, but above one GiB only the size of vectors is.

        Args:
            path: The folder that :meth:`build` wrote.
            model: The model that encoded them.
            items: The items that were encoded.

        Raises:
            DataError: If the folder cannot be read, or has the vectors of another model or of other
                items.
        """

        def read(folder: Path) -> tuple[dict[str, Any], Tensor, Tensor]:
            about = json.loads((folder / STATES_CARD).read_text(encoding="utf-8"))
            item = torch.from_numpy(np.load(folder / "item.npy"))
            # Copy on write, because torch needs writeable memory.
            values = torch.from_numpy(np.load(folder / "states.npy", mmap_mode="c"))
            return about, item, values

        folder = Path(path)
        try:
            about, item, values = read_version(folder, STATES, read, mapped=True)
            ptr, rounding, key = torch.tensor(about["ptr"]), about["rounding"], about["key"]
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(f"cannot be read as catalogue states: {error}", folder) from error
        if key != embedding_key(model, items):
            raise DataError("holds the states of another model or of other items", folder)
        return cls(CompletionScorer(model, items), values, item, ptr, rounding)

    def changed(self, items: ItemTable, source: Tensor) -> LocalCatalogue:
        """See :meth:`Catalogue.changed`; the vectors are in memory, for :meth:`save`."""
        scorer = CompletionScorer(self.scorer.model, items)
        fresh = (source < 0).nonzero().flatten()
        stored, rounding = self.values.new_empty((len(fresh), self.values.size(1))), self.rounding
        for rows, block in zip(fresh.split(BLOCK), stored.split(BLOCK), strict=True):
            vectors = scorer.embed(rows)
            assert vectors is not None  # these vectors are the model's
            block.copy_(vectors)
            if len(rows):
                error = (block.to(vectors.dtype) - vectors.cpu()).norm(dim=1).max()
                rounding = max(rounding, float(error))
        item, ptr = _by_category(items.category_id, items.num_categories)
        place = torch.empty_like(item).scatter_(0, item, torch.arange(len(item)))
        values = self.values.new_empty((len(items), self.values.size(1)))
        kept = (source >= 0).nonzero().flatten()
        values[place[kept]] = self.values[self.place[source[kept]]]
        values[place[fresh]] = stored
        return LocalCatalogue(scorer, values, item, ptr, rounding)

    def save(self, path: str | Path) -> None:
        """Write the vectors to a folder atomically, for :meth:`load`.

        Args:
            path: The folder.

        Raises:
            FashionGraphError: If ``path`` exists and holds no states.
        """
        with atomic_write(path, kind=STATES) as folder:
            folder.mkdir()
            save_array(folder / "states.npy", self.values.numpy())
            _write_card(folder, self.scorer, self.item, self.ptr, self.rounding)

    def rows(self, category: int) -> slice:
        """Rows of one category."""
        return slice(int(self.ptr[category]), int(self.ptr[category + 1]))

    def best(
        self,
        query: Tensor,
        category: int,
        count: int,
        allowed: Tensor,
        conditions: Sequence[Condition] = (),
    ) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.best`; only ``allowed`` is read."""
        rows = self.rows(category)
        item, product = self.item[rows], self.products(query, rows)
        product[~allowed[item]] = float("-inf")
        product, place = product.topk(min(count, len(product)))
        found = product > float("-inf")
        return item[place[found]], product[found]

    @cached_property
    def place(self) -> Tensor:
        """Row of the vector of each item of the table [n]."""
        return torch.empty_like(self.item).scatter_(0, self.item, torch.arange(len(self.item)))

    def nearest(self, query: Tensor, candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.nearest`."""
        product = self.vectors(candidates) @ query.to(self._dtype)
        product, place = product.topk(min(count, len(candidates)))
        return candidates[place], product

    def vectors(self, rows: Tensor) -> Tensor:
        """See :meth:`Catalogue.vectors`."""
        return self.values[self.place[rows]].to(self._dtype)

    @property
    def _dtype(self) -> torch.dtype:
        return torch.promote_types(self.values.dtype, torch.float32)

    def products(self, query: Tensor, rows: slice, block_size: int = 65536) -> Tensor:
        """Inner products of a query [D] with some rows, in float32 at least."""
        values, dtype = self.values[rows], self._dtype
        query = query.to(dtype)
        if values.dtype == dtype:
            return values @ query
        return torch.cat([block.to(dtype) @ query for block in values.split(block_size)])


def _write_card(
    folder: Path, scorer: CompletionScorer, item: Tensor, ptr: Tensor, rounding: float
) -> None:
    """Write the order of the vectors and what they belong to."""
    save_array(folder / "item.npy", item.numpy())
    key = embedding_key(scorer.model, scorer.items)
    about = {"key": key, "ptr": ptr.tolist(), "rounding": rounding}
    (folder / STATES_CARD).write_text(json.dumps(about), encoding="utf-8")


def _fill(
    scorer: CompletionScorer, values: Tensor, batch_size: int
) -> tuple[Tensor, Tensor, float]:
    """Fill in the vectors; return their items, the offsets of categories and the largest error."""
    items = scorer.items
    item, ptr = _by_category(items.category_id, items.num_categories)
    place = torch.empty_like(item).scatter_(0, item, torch.arange(len(item)))
    rounding = 0.0
    for block, vectors in encoded(scorer, torch.arange(len(items)), batch_size):
        stored = vectors.to(values.dtype)
        values[place[block]] = stored
        if len(stored):
            error = (stored.to(vectors.dtype) - vectors).norm(dim=1).max()
            rounding = max(rounding, float(error))
    return item, ptr, rounding


def _by_category(category_id: Tensor, num_categories: int) -> tuple[Tensor, Tensor]:
    """Order of items by category, unknown ones last [n], and the offsets of categories [C + 1]."""
    last = torch.where(category_id < 0, num_categories, category_id)
    count = torch.bincount(last, minlength=num_categories + 1)[:num_categories]
    return last.argsort(stable=True), torch.cat([count.new_zeros(1), count.cumsum(0)])
