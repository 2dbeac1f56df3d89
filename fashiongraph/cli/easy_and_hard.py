"""Results on easy and hard negatives together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import SCORED_AT_ONCE, listed
from fashiongraph.cli.output import print_line

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.evaluation.easy_and_hard import EasyAndHard
    from fashiongraph.evaluation.score_batches import Engine
    from fashiongraph.models import OutfitModel


def evaluate_easy_and_hard(
    model: OutfitModel,
    outfits: Outfits,
    columns: str,
    seed: int,
    unknown: str = "error",
    protocol: str | None = None,
    engine: Engine | None = None,
) -> EasyAndHard:
    """Evaluate a model under uniform, same-category and, with columns, matched negatives.

    Args:
        model: The model.
        outfits: Outfits to draw questions from.
        columns: Comma-separated columns of matched negatives.
        seed: Seed of the questions.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
        protocol: A further protocol of negatives.
        engine: What scores the outfits; by default this process.
    """
    from fashiongraph.evaluation.easy_and_hard import easy_and_hard
    from fashiongraph.evaluation.score_batches import score_batches

    with option_names({"columns": "--columns", "unknown": "--unknown"}):
        return easy_and_hard(
            model,
            outfits,
            seed,
            listed(columns, "--columns"),
            protocol,
            unknown=unknown,
            batch_size=SCORED_AT_ONCE,
            engine=engine or score_batches,
        )


def easy_and_hard_json(found: EasyAndHard) -> dict[str, Any]:
    """Results by protocol and metric, and their meaning in a sentence, for JSON."""
    return {"results": found.to_dict(), "sentence": found.sentence()}


def print_easy_and_hard(found: EasyAndHard) -> None:
    """Print a line per result, and the sentence."""
    for protocol, results in found.results.items():
        for result in results:
            print_line(f"{protocol}: {result}")
    print_line(found.sentence())
