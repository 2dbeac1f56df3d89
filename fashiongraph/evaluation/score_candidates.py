"""Scores of the candidates of FITB questions by any model."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.score_outfits import checked_numbers, evaluation_batches
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model


@torch.no_grad()
def score_candidates(
    model: Scorer, questions: FillInBlank, batch_size: int = 256, unknown: str = "error"
) -> Tensor:
    """Score the candidates of FITB questions, in batches.

    An :class:`~fashiongraph.models.OutfitModel` scores candidates by its ``score_candidates``. A
    plain module or function scores the outfits that the candidates complete.

    Args:
        model: The model; see :func:`~fashiongraph.evaluation.score_outfits`.
        questions: Outfits with a blank and candidates.
        batch_size: Outfits per batch; candidates of a question are in one batch.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.

    Returns:
        Scores on the CPU [Q, A].

    Raises:
        FashionGraphError: As :func:`~fashiongraph.evaluation.score_outfits`.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> questions = draw_questions(outfits, "fitb", num_candidates=3)
        >>> score_candidates(lambda batch: torch.ones(batch.num_graphs), questions)
        tensor([[1., 1., 1.]])
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
            scores.append(checked_numbers(score).float().cpu())
    return torch.cat(scores)
