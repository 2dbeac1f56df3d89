"""Stored item vectors of a catalogue, by category."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.files import atomic_write
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.retrieval.completion_scorer import CompletionScorer
from fashiongraph.retrieval.embedding_key import embedding_key

_CARD = "states.json"  # no other kind of folder holds a file of this name


class CatalogueStates:
    """Item vectors of a catalogue (:meth:`OutfitModel.embed`), sorted by category.

    The items of one category lie side by side, so that a search within one slot reads the rows of
    that slot and no others. Items without a category fill no slot and come last.

    Args:
        scorer: Scorer of a model over the catalogue.
        values: Vectors [n, D].
        item: Row of the item table of each vector [n].
        ptr: Offsets of the categories [C + 1].
        rounding: Largest Euclidean error that the storage type made in a vector.
    """

    def __init__(
        self,
        scorer: CompletionScorer,
        values: Tensor,
        item: Tensor,
        ptr: Tensor,
        rounding: float = 0.0,
    ) -> None:
        self.scorer = scorer
        self.values = values
        self.item = item
        self.ptr = ptr
        self.rounding = rounding

    @classmethod
    @torch.no_grad()
    def build(
        cls,
        model: OutfitModel,
        items: ItemTable,
        path: str | Path | None = None,
        dtype: torch.dtype = torch.float32,
        batch_size: int = 4096,
    ) -> CatalogueStates:
        """Encode all items.

        Args:
            model: A model with item vectors.
            items: Items with features.
            path: Folder to write to while encoding, so that the vectors are never in memory at
                once; the result is memory-mapped from it. By default they stay in memory.
            dtype: Storage type; float16 halves the space, and exact completions stay exact.
            batch_size: Items encoded at once.

        Raises:
            FashionGraphError: If the model has no item vectors, and as :class:`CompletionScorer`.
        """
        scorer = CompletionScorer(model, items)
        example = scorer.embed(torch.arange(0))
        if example is None:
            raise FashionGraphError(
                f"'model' needs item vectors, which {type(model).__name__} has not "
                "(OutfitModel.embed)"
            )
        shape = (len(items), example.size(1))
        if path is None:
            values = torch.empty(shape, dtype=dtype)
            return cls(scorer, values, *_fill(scorer, values, batch_size))
        with atomic_write(path, marker=_CARD) as folder:
            folder.mkdir()
            kind = torch.empty(0, dtype=dtype).numpy().dtype
            mapped = np.lib.format.open_memmap(folder / "states.npy", "w+", kind, shape)
            item, ptr, rounding = _fill(scorer, torch.from_numpy(mapped), batch_size)
            mapped.flush()
            np.save(folder / "item.npy", item.numpy())
            card = {"key": embedding_key(model, items), "ptr": ptr.tolist(), "rounding": rounding}
            (folder / _CARD).write_text(json.dumps(card), encoding="utf-8")
        return cls.load(path, model, items)

    @classmethod
    def load(cls, path: str | Path, model: OutfitModel, items: ItemTable) -> CatalogueStates:
        """Map stored vectors.

        Raises:
            DataError: If there are none, or they are those of another model or other items.
        """
        folder = Path(path)
        try:
            card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
            item = torch.from_numpy(np.load(folder / "item.npy"))
            # Copy on write: torch takes no memory that is not writeable.
            values = torch.from_numpy(np.load(folder / "states.npy", mmap_mode="c"))
            ptr, rounding, key = torch.tensor(card["ptr"]), card["rounding"], card["key"]
        except (OSError, KeyError, ValueError) as error:
            raise DataError(f"cannot be read as catalogue states: {error}", folder) from error
        if key != embedding_key(model, items):
            raise DataError("holds the states of another model or of other items", folder)
        return cls(CompletionScorer(model, items), values, item, ptr, rounding)

    def __len__(self) -> int:
        return len(self.item)

    def rows(self, category: int) -> slice:
        """The rows of one category."""
        return slice(int(self.ptr[category]), int(self.ptr[category + 1]))

    def best(
        self, query: Tensor, category: int, count: int, exclude: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Items of one category by inner product with a query, best first.

        Args:
            query: A query [D].
            category: The category.
            count: Most items to return.
            exclude: Rows of the item table to leave out.

        Returns:
            Rows of the item table and their products.
        """
        rows = self.rows(category)
        item, product = self.item[rows], self.products(query, rows)
        product[torch.isin(item, exclude)] = float("-inf")
        product, place = product.topk(min(count, len(product)))
        found = product > float("-inf")
        return item[place[found]], product[found]

    def products(self, query: Tensor, rows: slice, block_size: int = 65536) -> Tensor:
        """Inner products of a query [D] with some rows, in float32 at least."""
        values = self.values[rows]
        dtype = torch.promote_types(values.dtype, torch.float32)
        query = query.to(dtype)
        if values.dtype == dtype:
            return values @ query
        return torch.cat([part.to(dtype) @ query for part in values.split(block_size)])


def _fill(
    scorer: CompletionScorer, values: Tensor, batch_size: int
) -> tuple[Tensor, Tensor, float]:
    """Fill in the vectors; return their items, the categories' offsets and the largest error."""
    model, items = scorer.model, scorer.items
    last = torch.where(items.category_id < 0, items.num_categories, items.category_id)
    item = last.argsort(stable=True)
    count = torch.bincount(last, minlength=items.num_categories + 1)[: items.num_categories]
    ptr = torch.cat([count.new_zeros(1), count.cumsum(0)])
    place = torch.empty_like(item).scatter_(0, item, torch.arange(len(item)))
    rounding = 0.0
    with evaluating(model):
        rows = torch.arange(len(items))
        for block, inputs in input_blocks(scorer.batcher, rows, device_of(model), batch_size):
            vectors = model.embed(model.encode_items(inputs))
            assert vectors is not None
            vectors = vectors.cpu()
            stored = vectors.to(values.dtype)
            values[place[block]] = stored
            if len(stored):
                error = (stored.to(vectors.dtype) - vectors).norm(dim=1).max()
                rounding = max(rounding, float(error))
    return item, ptr, rounding
