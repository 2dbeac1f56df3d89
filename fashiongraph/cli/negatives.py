"""Scores of outfits alone, or against negatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import listed

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data.outfits import Outfits


def outfit_scorer(
    num_negatives: int, outfits: Outfits, protocol: str, columns: str, seed: int
) -> Callable[..., Tensor]:
    """The function that scores outfits by a model.

    Args:
        num_negatives: Negatives for each item; 0 for none.
        outfits: Outfits that give the frequency by which negatives are drawn.
        protocol: Protocol of the negatives.
        columns: Comma-separated columns in which they equal the replaced item.
        seed: Seed of the negatives.

    Raises:
        FashionGraphError: If the protocol or a column is unknown.
    """
    from fashiongraph.evaluation import score_against_negatives, score_outfits
    from fashiongraph.loader.negatives.protocol import negative_sampler

    if not num_negatives:
        return score_outfits
    with option_names({"protocol": "--protocol", "columns": "--columns"}):
        sampler = negative_sampler(protocol, outfits.with_frequency().items, listed(columns))
    return partial(score_against_negatives, sampler=sampler, num_negatives=num_negatives, seed=seed)
