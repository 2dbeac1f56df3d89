"""Confidence intervals by resampling questions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def bootstrap_interval(
    statistic: Callable[[Tensor], Tensor],
    size: int,
    num_samples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a statistic over questions drawn with replacement.

    Args:
        statistic: Maps how often each question was drawn [R, size] to a value for each of the R
            samples [R].
        size: Number of questions.
        num_samples: Number of samples.
        level: Share of samples that the interval covers.
        seed: Seed of the draws.

    Returns:
        The lower and the upper end; not-a-number where there are no questions.

    Raises:
        ValueError: If ``level`` lies outside (0, 1).

    Source: Efron, "Bootstrap methods: another look at the jackknife".
    """
    if not 0 < level < 1:
        raise ValueError(f"'level' needs to lie in (0, 1) (got {level})")
    if size == 0:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    values = []
    rows = max(1, 4_000_000 // size)  # keeps the working memory at some tens of megabytes
    for start in range(0, num_samples, rows):
        drawn = rng.multinomial(size, np.full(size, 1 / size), min(rows, num_samples - start))
        values.append(statistic(torch.from_numpy(drawn).double()))
    tail = (1 - level) / 2
    low, high = torch.cat(values).quantile(torch.tensor([tail, 1 - tail], dtype=torch.double))
    return float(low), float(high)


def roc_auc_interval(
    score: Tensor, label: Tensor, group: Tensor | None = None, **kwargs: float
) -> tuple[float, float]:
    """Interval of :func:`roc_auc`.

    Args:
        score: Scores [M].
        label: 1 for real, 0 for corrupted [M].
        group: The question each outfit belongs to [M], counted from 0: what is drawn together,
            such as an outfit and its corrupted edition. By default every outfit stands alone.
        **kwargs: Arguments of :func:`bootstrap_interval`.
    """
    group = torch.arange(len(score)) if group is None else group
    values, place = torch.unique(score, return_inverse=True)
    positive, negative = (label == 1).nonzero().flatten(), (label == 0).nonzero().flatten()

    def statistic(drawn: Tensor) -> Tensor:
        """Weighted share of pairs in the right order, linear in the number of outfits."""
        above, below = drawn[:, group[positive]], drawn[:, group[negative]]
        worth = drawn.new_zeros(len(drawn), len(values))
        worth.index_add_(1, place[negative], below)
        beaten = worth.cumsum(dim=1) - worth / 2  # ties count one half
        right = (above * beaten[:, place[positive]]).sum(dim=1)
        # A sample without one of the labels orders no pair; it counts as chance.
        return torch.nan_to_num(right / (above.sum(dim=1) * below.sum(dim=1)), nan=0.5)

    size = int(group.max()) + 1 if len(group) else 0
    return bootstrap_interval(statistic, size, **kwargs)  # type: ignore[arg-type]  # int or float


def mean_interval(value: Tensor, **kwargs: float) -> tuple[float, float]:
    """Interval of the mean of one value per question [Q]."""
    value = value.double()
    return bootstrap_interval(
        lambda drawn: drawn @ value / max(len(value), 1),
        len(value),
        **kwargs,  # type: ignore[arg-type]  # int or float
    )
