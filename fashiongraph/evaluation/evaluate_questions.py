"""Any stored questions, asked in their own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.compatibility import compatibility
from fashiongraph.evaluation.fill_in_blank import fill_in_blank
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_outfits import Scorer, score_outfits


def evaluate_questions(
    model: Scorer,
    questions: Compatibility | FillInBlank,
    score: Callable[..., Tensor] = score_outfits,
    **kwargs: Any,
) -> Result:
    """Ask compatibility questions or blanks, whichever they are.

    Args:
        model: The model; see :func:`score_outfits`.
        questions: The questions.
        score: How outfits are scored where their compatibility is asked for; see
            :func:`~fashiongraph.evaluation.compatibility`.
        **kwargs: Arguments of :func:`score_outfits`.
    """
    if isinstance(questions, Compatibility):
        return compatibility(model, questions, score, **kwargs)
    return fill_in_blank(model, questions, **kwargs)
