"""Metrics of rankings, for many queries at once.

torchmetrics has the same metrics for one query at a time; thousands of queries take it minutes.
Where no scores tie both agree, which the tests hold.
"""

from __future__ import annotations

import torch
from torch import Tensor


def retrieval_recall(ranked: Tensor, k: int) -> Tensor:
    r"""Share of the relevant candidates among the first k.

    .. math::
        \mathrm{Recall@}k = \frac{|\{r \le k : \mathrm{rel}_r\}|}{\sum_r \mathrm{rel}_r}

    Args:
        ranked: Relevance by rank, of :func:`~fashiongraph.metrics.functional.ranked_relevance`
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
