"""Complementary item retrieval (CIR)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.item_retrieval import ItemRetrieval
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.metrics.functional import ranked_relevance, retrieval_hit_rate
from fashiongraph.evaluation.result import Result, mean_results
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model

_OUTFITS = 1 << 18  # completed outfits in memory at a time


def item_retrieval(
    model: Scorer, questions: ItemRetrieval, ks: Sequence[int] = (10, 30, 50), **kwargs: Any
) -> dict[str, Result]:
    r"""Recall of the missing item of an outfit among thousands of items of its category.

    The query is a real outfit :math:`O_q` without its target :math:`t_q`. The candidates
    :math:`C_q` of the target's category are ranked by the exact score :math:`s_q(c)` of the
    completed outfit:

    .. math::
        \mathrm{R@}k = \frac{1}{Q} \sum_q \left[
        \bigl| \{c \in C_q \setminus O_q : s_q(c) \ge s_q(t_q)\} \bigr| < k \right],
        \qquad \mathrm{chance} = \frac{1}{Q} \sum_q \min\left(1, \frac{k}{|C_q|}\right)

    Ties count against the model. Other items of the outfit are no candidates.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function; see
            :func:`~fashiongraph.evaluation.score_candidates`.
        questions: Outfits with a target and sets of candidates
            (:func:`~fashiongraph.evaluation.draw_item_retrieval`).
        ks: Numbers of results k.
        **kwargs: Arguments of :func:`~fashiongraph.evaluation.score_candidates`.

    Returns:
        ``R@k`` by name, with its bootstrap interval over questions and chance.

    Raises:
        FashionGraphError: If there are no questions, or they are of another kind.
        ValueError: If a k is not positive, or a score is NaN.

    Source: Lin, Tran, Davis, "Fashion outfit complementary item retrieval" (CVPR 2020),
    https://arxiv.org/abs/1912.08967; Sarkar et al., "OutfitTransformer: learning outfit
    representations for fashion recommendation" (WACV 2023), https://arxiv.org/abs/2204.04812.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import draw_item_retrieval
        >>> items = ItemTable.from_lists([*"abcdef"], ["top", "skirt"] * 3, torch.eye(6))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> constant = lambda batch: torch.zeros(batch.num_graphs)
        >>> print(item_retrieval(constant, draw_item_retrieval(outfits), ks=(2,))["R@2"])
        R@2 0.000 [0.000, 0.000] over 2 questions, chance 0.667
    """
    ItemRetrieval.check_kind(questions)
    if not len(questions):
        raise FashionGraphError("'questions' needs at least one question (got 0)")
    model = as_outfit_model(model)
    hits = {f"R@{k}": torch.empty(len(questions), dtype=torch.double) for k in ks}
    for index in _blocks(questions):
        blanks = questions.fill_in_blank(index)
        score = score_candidates(model, blanks, **kwargs).masked_fill(_present(blanks), -torch.inf)
        relevant = torch.arange(score.size(1)) == blanks.answer.unsqueeze(1)
        ranked = ranked_relevance(score, relevant)
        for k in ks:
            hits[f"R@{k}"][index] = retrieval_hit_rate(ranked, k)
    chance = {f"R@{k}": (k / questions.num_candidates.double()).clamp(max=1).mean() for k in ks}
    return {
        name: replace(result, chance=float(chance[name]))
        for name, result in mean_results(hits).items()
    }


def _blocks(questions: ItemRetrieval) -> Iterator[Tensor]:
    """Questions of one set of candidates each, in blocks that bound the memory."""
    order = questions.candidate_set.argsort(stable=True)
    count = questions.candidate_set.bincount()
    for index in order.split(count[count > 0].tolist()):
        yield from index.split(max(1, _OUTFITS // int(questions.num_candidates[index[0]])))


def _present(blanks: FillInBlank) -> Tensor:
    """Mask of the candidates that the rest of the outfit holds, of equal sets [q, A]."""
    column = torch.full((len(blanks.items),), -1)
    column[blanks.candidates[0]] = torch.arange(blanks.candidates.size(1))
    outfits = blanks.source_outfits
    place = column[outfits.item_id]
    rest = place != blanks.answer[outfits.batch]
    present = torch.zeros(blanks.candidates.shape, dtype=torch.bool)
    held = rest & (place >= 0)
    present[outfits.batch[held], place[held]] = True
    return present
