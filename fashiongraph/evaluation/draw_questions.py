"""Drawing of FITB and compatibility questions by seed."""

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
from fashiongraph.data.replace import random_position, replaced, row_at
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.protocol import checked_columns, negative_sampler


def draw_questions(
    outfits: Outfits,
    kind: str,
    protocol: str = "uniform",
    columns: Sequence[str] = (),
    seed: int = 0,
    num_candidates: int = 4,
) -> FillInBlank | Compatibility:
    """Draw FITB or compatibility questions; see :func:`draw_fill_in_blank`.

    Args:
        outfits: Real outfits.
        kind: ``"fitb"`` or ``"compatibility"``.
        protocol: Protocol of :func:`~fashiongraph.loader.negative_sampler`.
        columns: Columns that a negative shares with the replaced item, for ``"same_columns"`` and
            ``"matched"``.
        seed: Seed of the questions.
        num_candidates: Number A of candidates of a FITB question, including the answer.

    Raises:
        FashionGraphError: If the kind is unknown, and as :func:`draw_fill_in_blank`.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "skirt", "shoe"] * 2)
        >>> outfits = Outfits.from_lists(items, [["a", "b", "c"], ["d", "e"]])
        >>> questions = draw_questions(outfits, "fitb", protocol="uniform", seed=0)
        >>> len(questions), questions.candidates.shape
        (2, torch.Size([2, 4]))
        >>> draw_questions(outfits, "compatibility").label.tolist()
        [1, 0, 1, 0]
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
    """Draw one FITB question per outfit: the blanked item and A - 1 distractors, shuffled.

    Outfits of fewer than two items are left out and counted in the recipe. The blanks depend on
    the seed only, so that they are the same for all protocols.

    Args:
        outfits: Real outfits.
        protocol: Protocol of :func:`~fashiongraph.loader.negative_sampler`.
        columns: Columns that a distractor shares with the blanked item, for ``"same_columns"`` and
            ``"matched"``.
        seed: Seed of the questions.
        num_candidates: Number A of candidates, including the answer.

    Raises:
        FashionGraphError: If there are fewer than two candidates, no outfit has two items, or
            the protocol has too few negatives.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt"] * 2)
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> draw_fill_in_blank(outfits, "uniform", num_candidates=3).candidates.sort().values
        tensor([[1, 2, 3]])
    """
    if num_candidates < 2:
        raise FashionGraphError(f"'num_candidates' needs to be at least 2 (got {num_candidates})")
    kept, position, negative, rng, recipe = _draw(
        outfits, protocol, columns, seed, num_candidates - 1
    )
    blanked = kept.item_id[row_at(kept, position)].unsqueeze(1)
    order = torch.from_numpy(rng.random((len(kept), num_candidates)).argsort(axis=1))
    return FillInBlank(
        items=kept.items,
        ptr=kept.ptr,
        item_id=kept.item_id,
        position=position,
        candidates=torch.cat([blanked, negative], dim=1).gather(1, order),
        answer=order.argmin(dim=1),
        recipe={"kind": FillInBlank.kind, **recipe, "num_candidates": num_candidates},
    )


def draw_compatibility(
    outfits: Outfits, protocol: str, columns: Sequence[str] = (), seed: int = 0
) -> Compatibility:
    """Draw one corrupted outfit per outfit, with one item replaced by a negative.

    Row 2b is outfit b and row 2b + 1 its corrupted copy; both are of group b. Outfits of fewer
    than two items are left out and counted in the recipe.

    Args:
        outfits: Real outfits.
        protocol: Protocol of :func:`~fashiongraph.loader.negative_sampler`.
        columns: Columns that a negative shares with the replaced item, for ``"same_columns"`` and
            ``"matched"``.
        seed: Seed of the questions.

    Raises:
        FashionGraphError: If no outfit has two items, or the protocol has too few negatives.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abc"], ["top", "skirt", "skirt"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "c"]]).with_frequency()
        >>> questions = draw_compatibility(outfits, "same_category")
        >>> questions.label.tolist(), questions.group.tolist()
        ([1, 0, 1, 0], [0, 0, 1, 1])
    """
    kept, position, negative, _, recipe = _draw(outfits, protocol, columns, seed, 1)
    both = replaced(kept, position, negative, keep_original=True)
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
    """Outfits of at least two items, a position in each, its negatives, and the recipe."""
    kept = outfits.select(outfits.sizes > 1)
    if not len(kept):
        raise FashionGraphError(
            f"'outfits' needs an outfit of two items (got none of {len(outfits)})"
        )
    columns, seed = checked_columns(columns), checked_seed(seed)
    sampler = negative_sampler(protocol, outfits.items, columns)
    rng = np.random.default_rng(seed)
    position = random_position(kept, rng)
    negative = sampler.draw(kept, position, num_negatives, rng)
    recipe = {
        "protocol": protocol,
        "columns": list(columns) if protocol in ("same_columns", "matched") else [],
        "seed": seed,
        "outfits": len(kept),
        "left_out": len(outfits) - len(kept),
        "relaxed": sampler.relaxed,
        "fashiongraph": fashiongraph.__version__,
    }
    return kept, position, negative, rng, recipe


def checked_seed(seed: int) -> int:
    """The seed as an int, which JSON can store.

    Args:
        seed: An integer of any type.

    Raises:
        FashionGraphError: If it is none, or negative.

    Example:
        >>> checked_seed(np.int32(3))
        3
    """
    try:
        number = index(seed)
    except TypeError:
        number = -1
    if number < 0:
        raise FashionGraphError(f"'seed' needs to be an integer of at least 0 (got {seed!r})")
    return number
