"""Compatibility and fill-in-the-blank protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.metrics.functional import (
    fill_in_blank_accuracy,
    mean_interval,
    roc_auc,
    roc_auc_interval,
)
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.models.wrapped_model import Scorer


def compatibility(
    model: Scorer,
    questions: Compatibility,
    score: Callable[..., Tensor] = score_outfits,
    **kwargs: Any,
) -> Result:
    """Area under the ROC curve over stored outfits and labels.

    Args:
        model: The model; see :func:`score_outfits`.
        questions: Real outfits (label 1) and corrupted ones (label 0).
        score: How outfits are scored, called with the model and the outfits;
            :func:`~fashiongraph.evaluation.score_against_negatives` with a sampler for another.
        **kwargs: Arguments of ``score``.

    Returns:
        The area, with a bootstrap interval over questions: an outfit is drawn together with its
        corrupted edition.

    Raises:
        FashionGraphError: If there are no questions, or they are of another kind.
    """
    Compatibility.check_kind(questions)
    if not len(questions):
        raise FashionGraphError("'questions' needs at least one question (got 0)")
    scores = score(model, questions.outfits(), **kwargs)
    # Groups that a selection left out would be drawn too, and widen the interval.
    present, group = torch.unique(questions.group, return_inverse=True)
    low, high = roc_auc_interval(scores, questions.label, group)
    value = float(roc_auc(scores, questions.label))
    return Result("AUC", value, low, high, len(present))


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
            :func:`~fashiongraph.evaluation.protocols`.
        **kwargs: Arguments of :func:`score_outfits`.
    """
    if isinstance(questions, Compatibility):
        return compatibility(model, questions, score, **kwargs)
    return fill_in_blank(model, questions, **kwargs)
