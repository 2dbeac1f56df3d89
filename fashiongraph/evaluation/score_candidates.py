"""Scores of the candidates of FITB questions by any model."""

from __future__ import annotations

from functools import partial

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.score_batches import Engine, score_batches
from fashiongraph.evaluation.score_outfits import checked_numbers
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model


def score_candidates(
    model: Scorer,
    questions: FillInBlank,
    batch_size: int = 256,
    unknown: str = "error",
    engine: Engine = score_batches,
) -> Tensor:
    """Score the candidates of FITB questions, in batches.

    An :class:`~fashiongraph.models.OutfitModel` scores candidates by its ``score_candidates``. A
    plain module or function scores the outfits that the candidates complete.

    Args:
        model: The model; see :func:`~fashiongraph.evaluation.score_outfits`.
        questions: Outfits with a blank and candidates.
        batch_size: Outfits per batch; candidates of a question are in one batch.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
        engine: As for :func:`~fashiongraph.evaluation.score_outfits`.

    Returns:
        Scores on the CPU [Q, A].

    Raises:
        FashionGraphError: As :func:`~fashiongraph.evaluation.score_outfits`.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> questions = draw_questions(outfits, "fitb", num_candidates=3)
        >>> score_candidates(lambda batch: torch.ones(batch.num_graphs), questions)
        tensor([[1., 1., 1.]])
    """
    num_candidates = questions.candidates.size(1)
    at_once = max(1, batch_size // num_candidates) * num_candidates
    scores = engine(
        partial(_candidate_scores, num_candidates=num_candidates),
        as_outfit_model(model),
        questions.outfits(),
        at_once,
        unknown,
        questions.position.repeat_interleave(num_candidates),
    )
    return scores.view(len(questions), num_candidates)


def _candidate_scores(model: OutfitModel, batch: Batch, num_candidates: int) -> Tensor:
    """Scores of the candidates of the questions of a batch [q, A]."""
    position = batch.position[::num_candidates]
    return checked_numbers(model.score_candidates(batch, position, num_candidates))
