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
    """Compatibility AUC of a model on stored questions.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function; see
            :func:`~fashiongraph.evaluation.score_outfits`.
        questions: Real outfits (label 1) and corrupted ones (label 0).
        score: Scoring function of the model and the outfits, such as
            :func:`~fashiongraph.evaluation.score_against_negatives` with a ``sampler``.
        **kwargs: Further arguments of ``score``.

    Returns:
        The area under the ROC curve, with a bootstrap interval over groups of an outfit and its
        corrupted copies.

    Raises:
        FashionGraphError: If there are no questions, or they are of another kind.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> questions = draw_questions(outfits, "compatibility", protocol="uniform", seed=0)
        >>> print(compatibility(lambda batch: torch.zeros(batch.num_graphs), questions))
        AUC 0.500 [0.500, 0.500] over 2 questions
    """
    Compatibility.check_kind(questions)
    if not len(questions):
        raise FashionGraphError("'questions' needs at least one question (got 0)")
    return compatibility_of_scores(score(model, questions.outfits(), **kwargs), questions)


def compatibility_of_scores(scores: Tensor, questions: Compatibility) -> Result:
    """Compatibility AUC of scores, with its interval.

    Args:
        scores: Score of each outfit of the questions [B].
        questions: The questions.
    """
    # Groups outside a selection of questions must not be sampled.
    present, group = torch.unique(questions.group, return_inverse=True)
    low, high = roc_auc_interval(scores, questions.label, group)
    value = float(roc_auc(scores, questions.label))
    return Result("AUC", value, low, high, len(present))


def fill_in_blank(model: Scorer, questions: FillInBlank, **kwargs: Any) -> Result:
    """FITB accuracy of a model on stored questions, with ties counted as wrong.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function; see
            :func:`~fashiongraph.evaluation.score_candidates`.
        questions: Outfits with a blank, candidates and answers.
        **kwargs: Arguments of :func:`~fashiongraph.evaluation.score_candidates`.

    Returns:
        The accuracy with its bootstrap interval, and the accuracy with fractional ties.

    Raises:
        FashionGraphError: If there are no questions, or they are of another kind.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "skirt"] * 3, torch.eye(6))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> questions = draw_questions(outfits, "fitb", protocol="uniform", seed=0)
        >>> print(fill_in_blank(lambda batch: torch.zeros(batch.num_graphs), questions))
        FITB 0.000 [0.000, 0.000] over 2 questions, ties fractional 0.250
    """
    FillInBlank.check_kind(questions)
    if not len(questions):
        raise FashionGraphError("'questions' needs at least one question (got 0)")
    return fill_in_blank_of_scores(score_candidates(model, questions, **kwargs), questions)


def fill_in_blank_of_scores(score: Tensor, questions: FillInBlank) -> Result:
    """FITB accuracy of scores, with its interval.

    Args:
        score: Score of each candidate of the questions [Q, A].
        questions: The questions.
    """
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
    """Evaluate a model by :func:`compatibility` or :func:`fill_in_blank`, by kind of questions.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function.
        questions: The questions.
        score: Scoring function of compatibility questions; see :func:`compatibility`.
        **kwargs: Further arguments of :func:`compatibility` or :func:`fill_in_blank`.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "skirt"] * 3, torch.eye(6))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> constant = lambda batch: torch.zeros(batch.num_graphs)
        >>> [evaluate_questions(constant, draw_questions(outfits, kind)).value
        ...  for kind in ("compatibility", "fitb")]
        [0.5, 0.0]
    """
    if isinstance(questions, Compatibility):
        return compatibility(model, questions, score, **kwargs)
    return fill_in_blank(model, questions, **kwargs)
