"""Retrieval metrics: recall, hit rate, average precision."""

from __future__ import annotations

import torch
from torch import Tensor


def ranked_order(score: Tensor, relevant: Tensor) -> Tensor:
    """Candidates of each query by descending score, with irrelevant ones first in ties.

    Ties are resolved pessimistically, so that constant scores gain nothing from the order of the
    catalogue.

    Args:
        score: Score of each candidate [Q, n]; minus infinity for a filtered candidate.
        relevant: Mask of relevant candidates [Q, n].

    Returns:
        Columns of ``score`` [Q, n].

    Raises:
        ValueError: If the shapes differ or a score is NaN.

    Example:
        >>> score = torch.tensor([[1.0, 1.0, 2.0]])
        >>> ranked_order(score, torch.tensor([[True, False, False]]))
        tensor([[2, 1, 0]])
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
    """Relevance by rank, in the order of :func:`ranked_order` [Q, n].

    Args:
        score: Score of each candidate [Q, n].
        relevant: Mask of relevant candidates [Q, n].

    Example:
        >>> ranked_relevance(torch.tensor([[0.1, 0.9]]), torch.tensor([[True, False]]))
        tensor([[False,  True]])
    """
    return relevant.gather(1, ranked_order(score, relevant))


def retrieval_recall(ranked: Tensor, k: int) -> Tensor:
    r"""Recall at k: the share of relevant candidates in the first k.

    .. math::
        \mathrm{Recall@}k = \frac{|\{r \le k : \mathrm{rel}_r\}|}{\sum_r \mathrm{rel}_r}

    Args:
        ranked: Relevance by rank (:func:`ranked_relevance`) [Q, n].
        k: Number of results.

    Returns:
        One number per query [Q]; 0 for a query without relevant candidates.

    Raises:
        ValueError: If ``k`` is not positive.

    Example:
        >>> retrieval_recall(torch.tensor([[True, False, True]]), k=2)
        tensor([0.5000], dtype=torch.float64)
    """
    return _first(ranked, k).sum(dim=1) / ranked.sum(dim=1).clamp(min=1).double()


def retrieval_hit_rate(ranked: Tensor, k: int) -> Tensor:
    """Hit rate at k: 1 if one of the first k candidates is relevant, else 0.

    Args:
        ranked: Relevance by rank (:func:`ranked_relevance`) [Q, n].
        k: Number of results.

    Returns:
        One number per query [Q].

    Raises:
        ValueError: If ``k`` is not positive.

    Example:
        >>> retrieval_hit_rate(torch.tensor([[False, True, True]]), k=2)
        tensor([1.], dtype=torch.float64)
    """
    return _first(ranked, k).any(dim=1).double()


def retrieval_average_precision(ranked: Tensor) -> Tensor:
    r"""Average precision: the mean precision at the ranks of the relevant candidates.

    .. math::
        \mathrm{AP} = \frac{1}{\sum_r \mathrm{rel}_r} \sum_r \mathrm{rel}_r
        \frac{1}{r} \sum_{s \le r} \mathrm{rel}_s

    Args:
        ranked: Relevance by rank (:func:`ranked_relevance`) [Q, n].

    Returns:
        One number per query [Q]; 0 for a query without relevant candidates.

    Example:
        >>> retrieval_average_precision(torch.tensor([[True, False, True, False]]))
        tensor([0.8333], dtype=torch.float64)
    """
    rank = torch.arange(1, ranked.size(1) + 1, device=ranked.device, dtype=torch.double)
    precision = ranked.cumsum(dim=1) / rank
    return (precision * ranked).sum(dim=1) / ranked.sum(dim=1).clamp(min=1)


def _first(ranked: Tensor, k: int) -> Tensor:
    if k < 1:
        raise ValueError(f"'k' needs to be a positive integer (got {k})")
    return ranked[:, :k]
