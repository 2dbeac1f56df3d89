"""Scores of the candidates for blanks by any model."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.score_outfits import evaluation_batches
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model


@torch.no_grad()
def score_candidates(
    model: Scorer, questions: FillInBlank, batch_size: int = 256, unknown: str = "error"
) -> Tensor:
    """Score every candidate for every blank, in batches.

    An :class:`~fashiongraph.models.OutfitModel` compares candidates by its ``score_candidates``;
    any other callable by the score of the outfit that each candidate completes.

    Args:
        model: The model; see :func:`score_outfits`.
        questions: Outfits with a blank and candidates.
        batch_size: Outfits per batch; a question's candidates stay together.
        unknown: As for :func:`score_outfits`.

    Returns:
        Scores on the CPU [Q, A].

    Raises:
        FashionGraphError: As :func:`score_outfits`.
    """
    model = as_outfit_model(model)
    num_candidates = questions.candidates.size(1)
    at_once = max(1, batch_size // num_candidates)
    scores = [torch.empty(0, num_candidates)]
    with evaluation_batches(
        model, questions.outfits(), at_once * num_candidates, unknown
    ) as batches:
        for batch, position in zip(batches, questions.position.split(at_once), strict=False):
            position = position.to(batch.ptr.device)
            score = model.score_candidates(batch, position, num_candidates)
            scores.append(score.float().cpu())
    return torch.cat(scores)
