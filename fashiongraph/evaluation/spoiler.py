"""Spoiler: the item that does not fit its outfit, named by item scores."""

from __future__ import annotations

from torch_geometric.utils import to_dense_batch

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.replace import replaced
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.metrics.functional import fill_in_blank_accuracy, mean_interval
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_batches import Engine, score_batches
from fashiongraph.evaluation.score_outfits import item_scores
from fashiongraph.models.wrapped_model import Scorer

_SMALLEST = 3  # of two items, either may be the one that does not fit


def spoiler(
    model: Scorer,
    questions: FillInBlank,
    batch_size: int = 256,
    unknown: str = "error",
    engine: Engine = score_batches,
) -> Result:
    r"""How often the lowest item score of a corrupted outfit is that of the negative.

    One item of each real outfit is replaced by a negative. With the item scores :math:`f_i`
    (:meth:`~fashiongraph.models.OutfitModel.item_scores`) and the position :math:`p_q` of the
    negative in the corrupted outfit :math:`O_q` of :math:`n_q` items,

    .. math::
        \mathrm{spoiler} = \frac{1}{Q} \sum_q
        \left[ f_{p_q} < \min_{i \in O_q \setminus p_q} f_i \right],
        \qquad \mathrm{chance} = \frac{1}{Q} \sum_q \frac{1}{n_q}

    A tie counts as wrong. Outfits of two items are left out: either item may be the wrong one.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function, whose
            item scores are by leave-one-out; see :func:`~fashiongraph.evaluation.score_outfits`.
        questions: FITB questions. The first distractor of each is the negative, so that
            :func:`~fashiongraph.evaluation.draw_fill_in_blank` with ``num_candidates=2`` draws
            one negative of its protocol.
        batch_size: Outfits per batch.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
        engine: As for :func:`~fashiongraph.evaluation.score_outfits`.

    Returns:
        The share of outfits with its bootstrap interval, the share with fractional ties, and
        chance.

    Raises:
        FashionGraphError: If no outfit has three items, there is no distractor, the questions are
            of another kind, or the model does not return one score per item.

    Source: the protocol is ours. Leave-one-out is Li, Monroe, Jurafsky, "Understanding neural
    networks through representation erasure" (2016), https://arxiv.org/abs/1612.08220.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "skirt", "shoe"] * 2, torch.eye(6))
        >>> outfits = Outfits.from_lists(items, [["a", "b", "c"], ["d", "e", "f"]])
        >>> questions = draw_questions(outfits, "fitb", num_candidates=2)
        >>> print(spoiler(lambda batch: torch.zeros(batch.num_graphs), questions))
        spoiler 0.000 [0.000, 0.000] over 2 questions, ties fractional 0.333, chance 0.333
    """
    FillInBlank.check_kind(questions)
    if questions.candidates.size(1) < 2:
        raise FashionGraphError("'questions' needs a distractor beside each answer (got none)")
    large = questions.source_outfits.sizes >= _SMALLEST
    if not bool(large.any()):
        raise FashionGraphError(
            f"'questions' needs an outfit of {_SMALLEST} items (got none of {len(questions):,})"
        )
    questions = questions.select(large)
    distractor = (questions.answer == 0).long().unsqueeze(1)  # the first column beside the answer
    negative = questions.candidates.gather(1, distractor)
    corrupted = replaced(questions.source_outfits, questions.position, negative)
    score = item_scores(model, corrupted, batch_size, unknown, engine).unsqueeze(1)
    guilt, _ = to_dense_batch(-score, corrupted.batch, fill_value=float("-inf"))
    guilt = guilt.squeeze(-1)
    hit = fill_in_blank_accuracy(guilt, questions.position, reduce=False)
    fractional = fill_in_blank_accuracy(guilt, questions.position, ties="fractional")
    chance = float((1 / corrupted.sizes.double()).mean())
    low, high = mean_interval(hit)
    return Result("spoiler", float(hit.mean()), low, high, len(hit), float(fractional), chance)
