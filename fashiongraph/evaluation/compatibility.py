"""The compatibility protocol: real outfits against corrupted ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_outfits import Scorer, score_outfits
from fashiongraph.metrics.functional import roc_auc, roc_auc_interval


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
            :func:`~fashiongraph.evaluation.score_against_strangers` with a sampler for another.
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
