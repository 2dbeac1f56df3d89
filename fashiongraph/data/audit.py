"""Overlap between the splits of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.duplicates import content_code, outfit_keys
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import Keys, distinct, held, row_pairs, shared
from fashiongraph.errors import FashionGraphError


def audit(splits: Mapping[str, Outfits]) -> pd.DataFrame:
    """Count the items, outfits and item pairs that two splits share.

    Args:
        splits: Outfits by name, over one item table.

    Returns:
        A row per pair of splits with the columns ``part``, ``other``, ``shared_items``,
        ``shared_outfits`` (distinct outfits in both, regardless of the order of items) and
        ``shared_pairs`` (unordered pairs of different items that occur in an outfit of each). A
        row with ``part == other`` counts repetitions within the split: items and pairs in more
        than one outfit, and outfits that repeat an earlier one.

    Raises:
        FashionGraphError: If there is no split or the item tables differ.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> train = Outfits.from_lists(items, [["a", "b", "c"]])
        >>> test = Outfits.from_lists(items, [["b", "a"], ["a", "c"]])
        >>> list(audit({"train": train, "test": test}).itertuples(index=False, name=None))[1]
        ('train', 'test', 3, 0, 2)
    """
    if not splits:
        raise FashionGraphError("'splits' needs at least one split (got none)")
    first = next(iter(splits.values()))
    for outfits in splits.values():
        _check_same_items(first, outfits)
    sizes = torch.cat([outfits.sizes for outfits in splits.values()])
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    union = Outfits(first.items, ptr, torch.cat([outfits.item_id for outfits in splits.values()]))
    outfit = content_code(union).split([len(outfits) for outfits in splits.values()])

    keys = {}
    for name, code in zip(splits, outfit, strict=True):
        item, pair = _occurrences(splits[name])
        keys[name] = [distinct(key) for key in (item, code.numpy(), pair)]
    rows = []
    for part, other in combinations_with_replacement(splits, 2):
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
    """Mask of the outfits of which no pair of different items occurs in a training outfit.

    Args:
        test: Outfits to check [B].
        train: Training outfits.

    Returns:
        A boolean mask over the outfits of ``test`` [B].

    Raises:
        FashionGraphError: If the item tables differ.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"])
        >>> train = Outfits.from_lists(items, [["a", "b"]])
        >>> pair_disjoint(Outfits.from_lists(items, [["a", "b", "c"], ["a", "c"]]), train).tolist()
        [False, True]
    """
    _check_same_items(test, train)
    first, second = row_pairs(test.ptr)
    key = _pair_key(test, first, second)
    seen = torch.from_numpy(held(key, distinct(_occurrences(train)[1])[0]))
    seen &= test.item_id[first] != test.item_id[second]
    new = torch.ones(len(test), dtype=torch.bool)
    new[test.batch[first[seen]]] = False
    return new


def item_disjoint(test: Outfits, train: Outfits) -> Tensor:
    """Mask of the outfits of which no item occurs in a training outfit.

    Such outfits stand for the new season of a shop. A random split leaves few of them where items
    recur; :func:`~fashiongraph.data.split` with ``disjoint=True`` makes a split of such outfits.

    Args:
        test: Outfits to check [B].
        train: Training outfits.

    Returns:
        A boolean mask over the outfits of ``test`` [B].

    Raises:
        FashionGraphError: If the item tables differ.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt", "top", "skirt"])
        >>> train = Outfits.from_lists(items, [["a", "b"]])
        >>> item_disjoint(Outfits.from_lists(items, [["a", "d"], ["c", "d"]]), train).tolist()
        [False, True]
    """
    _check_same_items(test, train)
    seen = torch.zeros(len(test.items), dtype=torch.bool)
    seen[train.item_id] = True
    new = torch.ones(len(test), dtype=torch.bool)
    new[test.batch[seen[test.item_id]]] = False
    return new


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


def check_unseen(splits: Mapping[str, Outfits]) -> None:
    """Check that encoders of features were not fine-tuned on outfits of validation or test.

    Outfits are compared by their items. A model would look better on such outfits than on new ones.

    Args:
        splits: Outfits by the name of their split; all but ``train`` are checked.

    Raises:
        FashionGraphError: If an encoder has seen some, with their number.

    Example:
        >>> from fashiongraph.data import split
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> train, valid, test = split(SyntheticOutfits.attributes_only(60), seed=0)
        >>> check_unseen({"train": train, "valid": valid, "test": test})
    """
    for name, outfits in splits.items():
        if name == "train":
            continue
        keys = outfit_keys(outfits)
        for source in outfits.items.feature_sources:
            seen = int(np.isin(keys.numpy(), source.training_outfits).sum())
            if seen:
                raise FashionGraphError(
                    f"'{name}' needs outfits that the encoder of {source.file} was not fine-tuned "
                    f"on (got {seen:,} of {len(outfits):,}); use the split of the fine-tuning"
                )
