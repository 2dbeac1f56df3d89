"""Any stored questions, asked in their own way."""

from __future__ import annotations

from typing import Any

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.compatibility import compatibility
from fashiongraph.evaluation.fill_in_blank import fill_in_blank
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_outfits import Scorer


def evaluate_questions(
    model: Scorer, questions: Compatibility | FillInBlank, **kwargs: Any
) -> Result:
    """Ask compatibility questions or blanks, whichever they are.

    Args:
        model: The model; see :func:`score_outfits`.
        questions: The questions.
        **kwargs: Arguments of :func:`score_outfits`.
    """
    if isinstance(questions, Compatibility):
        return compatibility(model, questions, **kwargs)
    return fill_in_blank(model, questions, **kwargs)
