"""Test outfits without pairs or items of training outfits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashiongraph.cli.options import DATA_PANEL
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits

_RULES = {"new-pairs": "no pair of items", "new-items": "no item"}
CHOICES = ("all", *_RULES)

OutfitChoice = Annotated[
    str,
    typer.Option(
        "--outfits",
        help="Outfits of the split to evaluate: [b]all[/], [b]new-pairs[/] (no two items of which "
        "are together in a training outfit) or [b]new-items[/] (no item of which is in one).",
        rich_help_panel=DATA_PANEL,
    ),
]


def chosen_outfits(outfits: Outfits, train: Outfits, choice: str) -> Outfits:
    """The outfits that ``--outfits`` names.

    Args:
        outfits: Outfits of a split.
        train: Training outfits.
        choice: One of :data:`CHOICES`.

    Raises:
        FashionGraphError: If no outfit of two items is left.
    """
    if choice == "all":
        return outfits
    found = outfits.select(_new(outfits, train)[choice])
    if not bool((found.sizes > 1).any()):
        hint = "; 'fashiongraph split --disjoint' makes a split of such outfits"
        raise FashionGraphError(
            f"'--outfits {choice}' needs outfits that share {_RULES[choice]} with training (got "
            f"none of {len(outfits):,}){hint if choice == 'new-items' else ''}"
        )
    return found


def new_outfit_counts(outfits: Outfits, train: Outfits) -> dict[str, int]:
    """Numbers of the outfits of a split, and of those of new pairs and of new items."""
    counts = {choice: int(mask.sum()) for choice, mask in _new(outfits, train).items()}
    return {"all": len(outfits), **counts}


def counts_sentence(counts: dict[str, int], choice: str) -> str:
    """The counts as a sentence, with the option that evaluates the others.

    Args:
        counts: Result of :func:`new_outfit_counts`.
        choice: One of :data:`CHOICES`.

    Example:
        >>> counts_sentence({"all": 18, "new-pairs": 4, "new-items": 2}, "new-pairs")
        '4 of 18 outfits: those that share no pair of items with training'
    """
    total = f"{counts['all']:,} outfits"
    if choice != "all":
        return f"{counts[choice]:,} of {total}: those that share {_RULES[choice]} with training"
    shared = (f"{counts[name]:,} share {rule} (--outfits {name})" for name, rule in _RULES.items())
    return f"of {total}, {' and '.join(shared)} with training"


def _new(outfits: Outfits, train: Outfits) -> dict[str, Any]:
    """Masks of the outfits of new pairs and of new items."""
    from fashiongraph.data.audit import item_disjoint, pair_disjoint

    return {
        "new-pairs": pair_disjoint(outfits, train),
        "new-items": item_disjoint(outfits, train),
    }
