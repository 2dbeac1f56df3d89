"""Outfits with one item replaced."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


def row_at(outfits: Outfits, position: Tensor) -> Tensor:
    """Indices into ``outfits.item_id`` of one position per outfit [B].

    Args:
        outfits: B outfits.
        position: An index inside each outfit [B].

    Raises:
        FashionGraphError: If a position lies outside its outfit.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "c"]])
        >>> row_at(outfits, torch.tensor([1, 0])).tolist()
        [1, 2]
    """
    if position.shape != (len(outfits),):
        raise FashionGraphError(
            f"'position' needs one index per outfit, shape [{len(outfits)}] "
            f"(got {list(position.shape)})"
        )
    invalid = (position < 0) | (position >= outfits.sizes)
    if bool(invalid.any()):
        first = int(invalid.nonzero()[0])
        raise FashionGraphError(
            f"'position' needs to lie in [0, {int(outfits.sizes[first])}) for outfit {first} "
            f"(got {int(position[first])})"
        )
    return outfits.ptr[:-1] + position


def random_position(outfits: Outfits, rng: np.random.Generator) -> Tensor:
    """Draw one position per outfit uniformly [B].

    Args:
        outfits: B outfits.
        rng: Source of randomness.

    Raises:
        FashionGraphError: If an outfit is empty.

    Example:
        >>> import numpy as np
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a"], ["top"])
        >>> random_position(Outfits.from_lists(items, [["a"]]), np.random.default_rng(0))
        tensor([0])
    """
    sizes = outfits.sizes.numpy()
    if len(sizes) and sizes.min() == 0:
        raise FashionGraphError(
            f"'outfits' needs an item in every outfit (outfit {int(sizes.argmin())} is empty)"
        )
    return torch.from_numpy(rng.integers(sizes))


def replaced(
    outfits: Outfits, position: Tensor, item: Tensor, keep_original: bool = False
) -> Outfits:
    """Copy every outfit R times and replace the item at one position in each copy.

    Copy ``r`` of outfit ``b`` is outfit ``b * R + r`` of the result, or ``b * (1 + R) + 1 + r``
    with ``keep_original=True``. A copy has the identifier of its outfit.

    Args:
        outfits: B outfits.
        position: Index inside each outfit of the item to replace [B].
        item: Rows of the item table to replace it by [B, R].
        keep_original: Put each outfit itself before its copies.

    Raises:
        FashionGraphError: If the shapes do not fit or a position lies outside its outfit.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> copies = replaced(outfits, torch.tensor([1]), torch.tensor([[2]]), keep_original=True)
        >>> copies.to_frame()["item_id"].tolist()
        ['a', 'b', 'a', 'c']
    """
    row_at(outfits, position)
    if item.dim() != 2 or len(item) != len(outfits):
        raise FashionGraphError(
            f"'item' needs the shape [{len(outfits)}, R] (got {list(item.shape)})"
        )
    first = int(keep_original)
    copies = item.size(1) + first
    source = torch.arange(len(outfits)).repeat_interleave(copies)
    sizes = outfits.sizes.repeat_interleave(copies)
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    item_id = outfits.item_id[outfits.rows_of(source)]
    rows = ptr[:-1].view(len(outfits), copies)[:, first:] + position.unsqueeze(1)
    item_id[rows] = item
    return Outfits(outfits.items, ptr, item_id, outfits.ids[source.numpy()])
