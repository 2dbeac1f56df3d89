"""Ranking metrics: recall, hit rate, average precision."""

from __future__ import annotations

import torch
from torch import Tensor


def ranked_order(score: Tensor, relevant: Tensor) -> Tensor:
    """Candidates of each query from best to worst; among equals the irrelevant come first.

    A model that gives one score to everything then gains nothing by the order of the catalogue.

    Args:
        score: Score of each candidate [Q, n]; minus infinity for one that does not take part.
        relevant: Whether a candidate is relevant [Q, n].

    Returns:
        Columns of ``score`` [Q, n].

    Raises:
        ValueError: If the shapes differ or a score is not a number.
    """
    if score.shape != relevant.shape or score.dim() != 2:
        raise ValueError(
            f"'score' and 'relevant' need the same shape [Q, n] "
            f"(got {list(score.shape)} and {list(relevant.shape)})"
        )
    if bool(score.isnan().any()):
        raise ValueError("'score' needs numbers (got NaN)")
    irrelevant_first = relevant.byte().argsort(dim=1, stable=True)
    place = score.gather(1, irrelevant_first).argsort(dim=1, descending=True, stable=True)
    return irrelevant_first.gather(1, place)


def ranked_relevance(score: Tensor, relevant: Tensor) -> Tensor:
    """Whether the candidate at each rank is relevant, best rank first [Q, n].

    See :func:`ranked_order` for the arguments. All that retrieval metrics need to know.
    """
    return relevant.gather(1, ranked_order(score, relevant))


def retrieval_recall(ranked: Tensor, k: int) -> Tensor:
    r"""Share of the relevant candidates among the first k.

    .. math::
        \mathrm{Recall@}k = \frac{|\{r \le k : \mathrm{rel}_r\}|}{\sum_r \mathrm{rel}_r}

    Args:
        ranked: Relevance by rank, of :func:`~fashiongraph.evaluation.metrics.functional.retrieval`
            [Q, n].
        k: Number of results that are looked at.

    Returns:
        One number per query [Q], 0 for one without a relevant candidate.

    Raises:
        ValueError: If ``k`` is not positive.
    """
    return _first(ranked, k).sum(dim=1) / ranked.sum(dim=1).clamp(min=1).double()


def retrieval_hit_rate(ranked: Tensor, k: int) -> Tensor:
    """Whether the first k hold a relevant candidate, 1 or 0 [Q]; as :func:`retrieval_recall`."""
    return _first(ranked, k).any(dim=1).double()


def retrieval_average_precision(ranked: Tensor) -> Tensor:
    r"""Mean, over the relevant candidates, of the precision at their ranks.

    .. math::
        \mathrm{AP} = \frac{1}{\sum_r \mathrm{rel}_r} \sum_r \mathrm{rel}_r
        \frac{1}{r} \sum_{s \le r} \mathrm{rel}_s

    Args:
        ranked: Relevance by rank [Q, n].

    Returns:
        One number per query [Q], 0 for one without a relevant candidate.
    """
    rank = torch.arange(1, ranked.size(1) + 1, device=ranked.device, dtype=torch.double)
    precision = ranked.cumsum(dim=1) / rank
    return (precision * ranked).sum(dim=1) / ranked.sum(dim=1).clamp(min=1)


def _first(ranked: Tensor, k: int) -> Tensor:
    if k < 1:
        raise ValueError(f"'k' needs to be a positive integer (got {k})")
    return ranked[:, :k]
