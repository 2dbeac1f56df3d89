"""The fill-in-the-blank protocol: which candidate completes the outfit."""

from __future__ import annotations

from typing import Any

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_outfits import Scorer
from fashiongraph.metrics.functional import fill_in_blank_accuracy, mean_interval


def fill_in_blank(model: Scorer, questions: FillInBlank, **kwargs: Any) -> Result:
    """Accuracy over stored questions; a tie for the highest score counts as wrong.

    Args:
        model: The model; see :func:`score_candidates`.
        questions: Outfits with a blank, candidates and answers.
        **kwargs: Arguments of :func:`score_candidates`.

    Returns:
        The accuracy with its bootstrap interval, and beside it the one with fractional ties.

    Raises:
        FashionGraphError: If there are no questions, or they are of another kind.
    """
    FillInBlank.check_kind(questions)
    if not len(questions):
        raise FashionGraphError("'questions' needs at least one question (got 0)")
    score = score_candidates(model, questions, **kwargs)
    hit = fill_in_blank_accuracy(score, questions.answer, reduce=False)
    low, high = mean_interval(hit)
    fractional = float(fill_in_blank_accuracy(score, questions.answer, ties="fractional"))
    return Result("FITB", float(hit.mean()), low, high, len(hit), fractional)
