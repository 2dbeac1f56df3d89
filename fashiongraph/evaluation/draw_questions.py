"""Questions drawn from outfits by a seed."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np
import torch
from torch import Tensor

import fashiongraph
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.replace import random_position, replaced
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.protocol import checked_columns, negative_sampler


def draw_questions(
    outfits: Outfits,
    kind: str,
    protocol: str,
    columns: Sequence[str] = (),
    seed: int = 0,
    num_candidates: int = 4,
) -> FillInBlank | Compatibility:
    """Draw questions of a kind, ``"fitb"`` or ``"compatibility"``.

    See :func:`draw_fill_in_blank` and :func:`draw_compatibility`.

    Raises:
        FashionGraphError: If the kind is unknown, and as those functions.
    """
    if kind == FillInBlank.kind:
        return draw_fill_in_blank(outfits, protocol, columns, seed, num_candidates)
    if kind == Compatibility.kind:
        return draw_compatibility(outfits, protocol, columns, seed)
    raise FashionGraphError(
        f"'kind' needs to be {FillInBlank.kind!r} or {Compatibility.kind!r} (got {kind!r})"
    )


def draw_fill_in_blank(
    outfits: Outfits,
    protocol: str,
    columns: Sequence[str] = (),
    seed: int = 0,
    num_candidates: int = 4,
) -> FillInBlank:
    """Draw one blank per outfit, and strangers to stand beside the item that was there.

    The candidates are shuffled, so the answer's column says nothing. Outfits of fewer than two
    items are left out and counted in the recipe. Blanks depend on the seed alone: two protocols
    ask about the same ones.

    Args:
        outfits: Outfits to ask about.
        protocol: Protocol of :func:`~fashiongraph.loader.negatives.protocol.negative_sampler`.
        columns: Columns that ``"same_columns"`` and ``"matched"`` strangers share with what they
            replace.
        seed: Seed of the questions.
        num_candidates: Number A of candidates, the answer among them.

    Raises:
        FashionGraphError: If there are fewer than two candidates, no outfit has two items, or
            the protocol finds too few strangers.
    """
    if num_candidates < 2:
        raise FashionGraphError(f"'num_candidates' needs to be at least 2 (got {num_candidates})")
    kept, position, stranger, rng, recipe = _draw(
        outfits, protocol, columns, seed, num_candidates - 1
    )
    own = kept.item_id[kept.ptr[:-1] + position].unsqueeze(1)
    order = torch.from_numpy(rng.random((len(kept), num_candidates)).argsort(axis=1))
    return FillInBlank(
        items=kept.items,
        ptr=kept.ptr,
        item_id=kept.item_id,
        position=position,
        candidates=torch.cat([own, stranger], dim=1).gather(1, order),
        answer=order.argmin(dim=1),
        recipe={"kind": FillInBlank.kind, **recipe, "num_candidates": num_candidates},
    )


def draw_compatibility(
    outfits: Outfits, protocol: str, columns: Sequence[str] = (), seed: int = 0
) -> Compatibility:
    """Draw one corrupted edition per outfit: one item, drawn at random, gives way to a stranger.

    Row 2b holds outfit b and row 2b + 1 its corrupted edition; both are of group b. Outfits of
    fewer than two items are left out and counted in the recipe.

    Args:
        outfits: Outfits to ask about.
        protocol: Protocol of :func:`~fashiongraph.loader.negatives.protocol.negative_sampler`.
        columns: Columns that ``"same_columns"`` and ``"matched"`` strangers share with what they
            replace.
        seed: Seed of the questions.

    Raises:
        FashionGraphError: If no outfit has two items, or the protocol finds too few strangers.
    """
    kept, position, stranger, _, recipe = _draw(outfits, protocol, columns, seed, 1)
    both = replaced(kept, position, stranger, keep_original=True)
    return Compatibility(
        items=kept.items,
        ptr=both.ptr,
        item_id=both.item_id,
        label=torch.tensor([1, 0]).repeat(len(kept)),
        group=torch.arange(len(kept)).repeat_interleave(2),
        recipe={"kind": Compatibility.kind, **recipe},
    )


def _draw(
    outfits: Outfits, protocol: str, columns: Sequence[str], seed: int, num_negatives: int
) -> tuple[Outfits, Tensor, Tensor, np.random.Generator, dict[str, Any]]:
    """Outfits of two items and more, a position in each, its strangers, and the recipe."""
    kept = outfits.select(outfits.sizes > 1)
    if not len(kept):
        raise FashionGraphError(f"'outfits' needs one of two items (got {len(outfits)} outfits)")
    columns, seed = checked_columns(columns), _checked_seed(seed)
    sampler = negative_sampler(protocol, outfits.items, columns)
    rng = np.random.default_rng(seed)
    position = random_position(kept, rng)
    stranger = sampler.draw(kept, position, num_negatives, rng)
    recipe = {
        "protocol": protocol,
        "columns": list(columns) if protocol in ("same_columns", "matched") else [],
        "seed": seed,
        "outfits": len(kept),
        "left_out": len(outfits) - len(kept),
        "relaxed": sampler.relaxed,
        "fashiongraph": fashiongraph.__version__,
    }
    return kept, position, stranger, rng, recipe


def _checked_seed(seed: int) -> int:
    """The seed as JSON can say it, whatever kind of integer it is."""
    try:
        number = index(seed)
    except TypeError:
        number = -1
    if number < 0:
        raise FashionGraphError(f"'seed' needs to be an integer of at least 0 (got {seed!r})")
    return number
