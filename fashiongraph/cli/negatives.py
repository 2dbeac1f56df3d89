"""Scores of outfits as commands are asked for them: as they are, or against strangers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.options import listed

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data import Outfits

Strangers = Annotated[
    int,
    typer.Option(
        min=0,
        help="Score outfits against so many strangers in place of each item, drawn by --protocol: "
        "32 are plenty, and make some 130 scores of one. 0: score outfits as they are.",
    ),
]


def scored(
    strangers: int, known: Outfits, protocol: str, columns: str, seed: int
) -> Callable[..., Tensor]:
    """How outfits are scored, by a model.

    Args:
        strangers: Strangers for each item; 0 for none.
        known: Outfits whose items' frequency they are drawn by.
        protocol: How they are drawn.
        columns: Comma-separated columns that they share with what they replace.
        seed: Seed of the draws.

    Raises:
        FashionGraphError: If the protocol, or a column, is unknown.
    """
    from fashiongraph.evaluation import (
        score_against_negatives,
        score_outfits,
    )
    from fashiongraph.loader.negatives.protocol import negative_sampler

    if not strangers:
        return score_outfits
    sampler = negative_sampler(protocol, known.with_frequency().items, listed(columns))
    return partial(score_against_negatives, sampler=sampler, num_negatives=strangers, seed=seed)
