"""Composition of outfits by styling rules."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.styling_rules import StylingRules
from fashiongraph.errors import FashionGraphError

_BODY = ("dress", "top", "trousers", "skirt", "shoes")
_EXTRAS = {"knitwear": 0.3, "outerwear": 0.4, "bag": 0.6, "hat": 0.35, "neckwear": 0.35}
_ORDER = (*_BODY, *_EXTRAS)
_DRESS, _SKIRT = 0.35, 0.4
_ATTEMPTS = 256, 16_384  # at once; memory grows with them times the items of a category
_PATIENCE = 50  # rounds without a new outfit


def compose(
    items: ItemTable, rules: StylingRules, num_outfits: int, noise: float, rng: np.random.Generator
) -> Outfits:
    """Draw distinct outfits that break no rule, then replace garments at random.

    An outfit is a dress, or a top with trousers or a skirt; shoes; and up to five more garments.
    Garments are added one at a time, drawn uniformly from those of a category that break no rule
    with the garments before. An optional garment is left out if there is none, and an outfit of two
    garments is dropped.

    Args:
        items: The synthetic items, sorted by category.
        rules: The rules.
        num_outfits: Number of outfits.
        noise: Probability that a garment of the complete outfit is replaced by another one of its
            category, regardless of the rules.
        rng: Random generator.

    Raises:
        FashionGraphError: If the items do not allow so many different outfits.
    """
    codes = [rule.codes(items).numpy() for rule in rules.rules]
    attempts = int(np.clip(2 * num_outfits, *_ATTEMPTS))
    found: NDArray[np.int64] = np.empty((0, len(_ORDER)), np.int64)
    idle = 0
    while len(found) < num_outfits:
        chosen = _replaced(_attempts(items, rules, codes, attempts, rng), items, noise, rng)
        candidates = np.concatenate([found, chosen])
        _, first = np.unique(candidates, axis=0, return_index=True)
        idle = 0 if len(first) > len(found) else idle + 1
        if idle == _PATIENCE:
            raise FashionGraphError(
                f"'num_outfits' needs to be at most about {len(found)} for these "
                f"{len(items)} items (got {num_outfits})"
            )
        found = candidates[np.sort(first)]
    found = found[:num_outfits]
    ptr = np.append(0, (found >= 0).sum(1).cumsum())
    return Outfits(items, torch.from_numpy(ptr), torch.from_numpy(found[found >= 0]))


def _attempts(
    items: ItemTable,
    rules: StylingRules,
    codes: list[NDArray[np.int64]],
    count: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Complete outfits: a row of the item table per category in order, -1 for none."""
    banned = [np.zeros((count, len(rule.values)), bool) for rule in rules.rules]
    category = items.category_id.numpy()
    chosen = np.full((count, len(_ORDER)), -1)
    wanted = _wanted(count, rng)
    for place, name in enumerate(_ORDER):
        pool = np.flatnonzero(category == items.categories.index(name))
        free = np.repeat(wanted[:, place, None], len(pool), axis=1)
        for code, ban in zip(codes, banned, strict=True):
            free &= ~ban[:, code[pool]]
        draw = np.where(free, rng.random(free.shape), -1)
        row = np.flatnonzero(free.any(1))
        picked = pool[draw[row].argmax(1)]
        chosen[row, place] = picked
        for rule, code, ban in zip(rules.rules, codes, banned, strict=True):
            ban[row] |= rule.clash[code[picked]]
    present, body = chosen >= 0, slice(len(_BODY))
    complete = (present[:, body] == wanted[:, body]).all(1) & (present.sum(1) > 2)
    return np.compress(complete, chosen, axis=0)


def _wanted(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each attempt includes a category, in order."""
    dress, skirt = rng.random((2, count)) < [[_DRESS], [_SKIRT]]
    extras = rng.random((count, len(_EXTRAS))) < list(_EXTRAS.values())
    body = np.stack([dress, ~dress, ~dress & ~skirt, ~dress & skirt, np.ones_like(dress)], axis=1)
    return np.concatenate([body, extras], axis=1)


def _replaced(
    chosen: NDArray[np.int64], items: ItemTable, noise: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The outfits with some garments replaced by others of their category."""
    category = items.category_id.numpy()  # sorted
    size = np.bincount(category, minlength=items.num_categories)
    start, kind = size.cumsum() - size, category[chosen]
    # A step of 1 to size - 1, modulo size, never returns to the garment itself.
    step = rng.integers(1, size[kind])
    other = start[kind] + (chosen - start[kind] + step) % size[kind]
    return np.where((chosen >= 0) & (rng.random(chosen.shape) < noise), other, chosen)
