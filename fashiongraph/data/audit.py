"""What the parts of a split share."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.duplicates import content_code
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import Keys, distinct, held, row_pairs, shared
from fashiongraph.errors import FashionGraphError


def audit(parts: Mapping[str, Outfits]) -> pd.DataFrame:
    """Count the items, outfits and item pairs that occur in two parts.

    Args:
        parts: Outfits by name, over one item table.

    Returns:
        A row per pair of parts with the columns ``part``, ``other``, ``shared_items``,
        ``shared_outfits`` (distinct outfits that both hold, the order of items aside) and
        ``shared_pairs`` (unordered pairs of different items that an outfit of each holds). A row
        with ``part == other`` counts what recurs inside the part: items and pairs of more than
        one outfit, and outfits that repeat an earlier one.

    Raises:
        FashionGraphError: If there is no part or the parts' item tables differ.
    """
    if not parts:
        raise FashionGraphError("'parts' needs at least one part (got none)")
    first = next(iter(parts.values()))
    for outfits in parts.values():
        _check_same_items(first, outfits)
    sizes = torch.cat([outfits.sizes for outfits in parts.values()])
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    together = Outfits(first.items, ptr, torch.cat([outfits.item_id for outfits in parts.values()]))
    outfit = content_code(together).split([len(outfits) for outfits in parts.values()])

    keys = {}
    for name, code in zip(parts, outfit, strict=True):
        item, pair = _occurrences(parts[name])
        keys[name] = [distinct(key) for key in (item, code.numpy(), pair)]
    rows = []
    for part, other in combinations_with_replacement(parts, 2):
        counts: list[int]
        if part == other:
            (_, item), (_, same), (_, pair) = keys[part]
            counts = [int((item > 1).sum()), int((same - 1).sum()), int((pair > 1).sum())]
        else:
            counts = [
                len(shared(one, two))
                for (one, _), (two, _) in zip(keys[part], keys[other], strict=True)
            ]
        rows.append((part, other, *counts))
    names = ["part", "other", "shared_items", "shared_outfits", "shared_pairs"]
    return pd.DataFrame(rows, columns=names)


def pair_disjoint(test: Outfits, train: Outfits) -> Tensor:
    """Whether no pair of an outfit's different items stands together in a training outfit.

    Args:
        test: Outfits to judge [B].
        train: Outfits whose pairs are known.

    Returns:
        A boolean mask over the outfits of ``test`` [B].

    Raises:
        FashionGraphError: If the item tables differ.
    """
    _check_same_items(test, train)
    first, second = row_pairs(test.ptr)
    key = _pair_key(test, first, second)
    known = torch.from_numpy(held(key, distinct(_occurrences(train)[1])[0]))
    known &= test.item_id[first] != test.item_id[second]
    fresh = torch.ones(len(test), dtype=torch.bool)
    fresh[test.batch[first[known]]] = False
    return fresh


def _occurrences(outfits: Outfits) -> tuple[Keys, Keys]:
    """The different items of every outfit, and the keys of their unordered pairs."""
    num_items = max(len(outfits.items), 1)
    key, _ = distinct((outfits.batch * num_items + outfits.item_id).numpy())
    sizes = np.bincount(key // num_items, minlength=len(outfits))
    ptr = torch.from_numpy(np.append(0, sizes.cumsum()).astype(np.int64))
    once = Outfits(outfits.items, ptr, torch.from_numpy(key % num_items), outfits.ids)
    return once.item_id.numpy(), _pair_key(once, *row_pairs(ptr))


def _pair_key(outfits: Outfits, first: Tensor, second: Tensor) -> Keys:
    one, two = outfits.item_id[first], outfits.item_id[second]
    return (torch.minimum(one, two) * len(outfits.items) + torch.maximum(one, two)).numpy()


def _check_same_items(one: Outfits, two: Outfits) -> None:
    if not one.items.ids.equals(two.items.ids):
        raise FashionGraphError(
            f"the outfits need one item table (got {len(one.items)} and {len(two.items)} items)"
        )
