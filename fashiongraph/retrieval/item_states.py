"""States of a whole catalogue, encoded once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.files import whole
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval.embedding_key import embedding_key
from fashiongraph.retrieval.item_encoder import ItemEncoder

_CARD = "states.json"  # which no other kind of folder holds


class ItemStates:
    """States that a model without graph compares items by, category after category.

    These are the first states (eq. A1 and A4), of length 1 for a model with ``unit_states``.

    The items of one category lie side by side, so that filling one slot reads the rows of that
    slot and no others. Items without a category fill no slot and come last.

    Args:
        encode: What encoded them.
        values: States, attributes side by side [n, K * H].
        item: Row of the item table of each state [n].
        ptr: Where each category starts [C + 1].
        rounding: The longest error, as a Euclidean norm, that storing a state made.
    """

    def __init__(
        self,
        encode: ItemEncoder,
        values: Tensor,
        item: Tensor,
        ptr: Tensor,
        rounding: float = 0.0,
    ) -> None:
        self.encode = encode
        self.values = values
        self.item = item
        self.ptr = ptr
        self.rounding = rounding

    @classmethod
    @torch.no_grad()
    def build(
        cls,
        model: ADDGNN,
        items: ItemTable,
        path: str | Path | None = None,
        dtype: torch.dtype = torch.float32,
        batch_size: int = 4096,
    ) -> ItemStates:
        """Encode all items.

        Args:
            model: The model.
            items: Items with features.
            path: Folder to write to while encoding, so that the states are never in memory at
                once; what is returned is mapped from it. By default they stay in memory.
            dtype: Type to store; float16 halves the space, and completions stay exact.
            batch_size: Items encoded at once.

        Raises:
            FashionGraphError: As :class:`~fashiongraph.retrieval.item_encoder.ItemEncoder`.
        """
        encode = ItemEncoder(model, items)
        width = model.num_attributes * model.hidden_channels
        shape = (len(items), width)
        if path is None:
            values = torch.empty(shape, dtype=dtype)
            return cls(encode, values, *_fill(encode, values, batch_size))
        with whole(path, marker=_CARD) as folder:
            folder.mkdir()
            kind = torch.empty(0, dtype=dtype).numpy().dtype
            mapped = np.lib.format.open_memmap(folder / "states.npy", "w+", kind, shape)
            item, ptr, rounding = _fill(encode, torch.from_numpy(mapped), batch_size)
            mapped.flush()
            np.save(folder / "item.npy", item.numpy())
            card = {"key": embedding_key(model, items), "ptr": ptr.tolist(), "rounding": rounding}
            (folder / _CARD).write_text(json.dumps(card), encoding="utf-8")
        return cls.load(path, model, items)

    @classmethod
    def load(cls, path: str | Path, model: ADDGNN, items: ItemTable) -> ItemStates:
        """Map states from their file.

        Raises:
            DataError: If there are none, or they are those of another model or other items.
        """
        folder = Path(path)
        try:
            card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
            item = torch.from_numpy(np.load(folder / "item.npy"))
            # Copy on write: torch takes no memory that it could not write to.
            values = torch.from_numpy(np.load(folder / "states.npy", mmap_mode="c"))
            ptr, rounding, key = torch.tensor(card["ptr"]), card["rounding"], card["key"]
        except (OSError, KeyError, ValueError) as error:
            raise DataError(f"no item states can be read there: {error}", folder) from error
        if key != embedding_key(model, items):
            raise DataError("holds the states of another model or of other items", folder)
        return cls(ItemEncoder(model, items), values, item, ptr, rounding)

    def __len__(self) -> int:
        return len(self.item)

    def rows(self, category: int) -> slice:
        """The rows of one category."""
        return slice(int(self.ptr[category]), int(self.ptr[category + 1]))

    def best(
        self, query: Tensor, category: int, count: int, without: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Items of one category by their inner product with a query, best first.

        Args:
            query: A query [K * H].
            category: The category.
            count: Most items to return.
            without: Rows of the item table that do not take part.

        Returns:
            Rows of the item table and their products.
        """
        rows = self.rows(category)
        item, product = self.item[rows], self.products(query, rows)
        product[torch.isin(item, without)] = float("-inf")
        product, place = product.topk(min(count, len(product)))
        takes_part = product > float("-inf")
        return item[place[takes_part]], product[takes_part]

    def products(self, query: Tensor, rows: slice, block_size: int = 65536) -> Tensor:
        """Inner products of a query [K * H] with some rows, in float32 at least."""
        values = self.values[rows]
        dtype = torch.promote_types(values.dtype, torch.float32)
        query = query.to(dtype)
        if values.dtype == dtype:
            return values @ query
        return torch.cat([part.to(dtype) @ query for part in values.split(block_size)])


def _fill(encode: ItemEncoder, values: Tensor, batch_size: int) -> tuple[Tensor, Tensor, float]:
    """Fill in the states; return their items, the categories' offsets and the longest error."""
    items = encode.items
    category = items.category_id
    last = torch.where(category < 0, items.num_categories, category)
    item = last.argsort(stable=True)
    count = torch.bincount(last, minlength=items.num_categories + 1)[: items.num_categories]
    ptr = torch.cat([count.new_zeros(1), count.cumsum(0)])
    rounding = 0.0
    for start in range(0, len(items), batch_size):
        part = item[start : start + batch_size]
        states = encode.alone(part).flatten(1).cpu()
        stored = values[start : start + batch_size].copy_(states)
        rounding = max(rounding, float((stored.to(states.dtype) - states).norm(dim=1).max()))
    return item, ptr, rounding
