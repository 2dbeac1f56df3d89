"""Results on easy and hard negatives together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import SCORED_AT_ONCE, listed
from fashiongraph.cli.output import print_line

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.models import OutfitModel


def evaluate_easy_and_hard(
    model: OutfitModel, outfits: Outfits, columns: str, seed: int, unknown: str = "error"
) -> Any:
    """Evaluate a model under uniform, same-category and, with columns, matched negatives.

    Args:
        model: The model.
        outfits: Outfits to draw questions from.
        columns: Comma-separated columns of matched negatives.
        seed: Seed of the questions.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.

    Returns:
        The results by name, as :func:`fashiongraph.evaluation.easy_and_hard.easy_and_hard` returns
        them.
    """
    from fashiongraph.evaluation.easy_and_hard import easy_and_hard

    with option_names({"columns": "--columns", "unknown": "--unknown", "seed": "--seed"}):
        return easy_and_hard(
            model,
            outfits,
            seed=seed,
            columns=listed(columns, "--columns"),
            unknown=unknown,
            batch_size=SCORED_AT_ONCE,
        )


def easy_and_hard_json(found: Any) -> dict[str, Any]:
    """Results and their sentence, for JSON."""
    return {"results": found.to_dict(), "sentence": found.sentence()}


def print_easy_and_hard(found: Any) -> None:
    """Print a line per result, and the sentence."""
    for name, result in found.results.items():
        print_line(f"{name}: {result}")
    print_line(found.sentence())
