"""Bootstrap confidence intervals over questions."""

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
    """Percentile bootstrap interval of a statistic over questions.

    Args:
        statistic: Maps the multiplicities of questions in R samples [R, size] to R values [R].
        size: Number of questions.
        num_samples: Number of samples.
        level: Confidence level.
        seed: Seed of the samples.

    Returns:
        The lower and the upper end; NaN without questions.

    Raises:
        ValueError: If ``level`` lies outside (0, 1).

    Source: Efron, "Bootstrap methods: another look at the jackknife" (Annals of Statistics 1979),
    https://doi.org/10.1214/aos/1176344552.

    Example:
        >>> value = torch.ones(5, dtype=torch.double)
        >>> bootstrap_interval(lambda times: times @ value / 5, size=5)
        (1.0, 1.0)
    """
    if not 0 < level < 1:
        raise ValueError(f"'level' needs to lie in (0, 1) (got {level})")
    if size == 0:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    values = []
    rows = max(1, 4_000_000 // size)  # bounds memory to tens of megabytes
    for start in range(0, num_samples, rows):
        drawn = rng.multinomial(size, np.full(size, 1 / size), min(rows, num_samples - start))
        values.append(statistic(torch.from_numpy(drawn).double()))
    tail = (1 - level) / 2
    low, high = torch.cat(values).quantile(torch.tensor([tail, 1 - tail], dtype=torch.double))
    return float(low), float(high)


def roc_auc_interval(
    score: Tensor, label: Tensor, group: Tensor | None = None, **kwargs: float
) -> tuple[float, float]:
    """Bootstrap interval of :func:`roc_auc`, over groups of outfits.

    Args:
        score: Scores [M].
        label: 1 for real, 0 for corrupted [M].
        group: Group of each outfit [M], counted from 0. Groups, such as an outfit and its corrupted
            copy, are sampled as units. By default every outfit is its own group.
        **kwargs: Arguments of :func:`bootstrap_interval`.

    Returns:
        The lower and the upper end.

    Example:
        >>> score, label = torch.tensor([3.0, 1.0, 2.0, 0.0]), torch.tensor([1, 0, 1, 0])
        >>> roc_auc_interval(score, label, group=torch.tensor([0, 0, 1, 1]))
        (1.0, 1.0)
    """
    group = torch.arange(len(score)) if group is None else group
    values, place = torch.unique(score, return_inverse=True)
    positive, negative = (label == 1).nonzero().flatten(), (label == 0).nonzero().flatten()

    def statistic(drawn: Tensor) -> Tensor:
        """Weighted share of correctly ordered pairs, linear in the number of outfits."""
        above, below = drawn[:, group[positive]], drawn[:, group[negative]]
        weight = drawn.new_zeros(len(drawn), len(values))
        weight.index_add_(1, place[negative], below)
        beaten = weight.cumsum(dim=1) - weight / 2  # ties count one half
        right = (above * beaten[:, place[positive]]).sum(dim=1)
        # A sample with only one label has no pairs and counts as chance.
        return torch.nan_to_num(right / (above.sum(dim=1) * below.sum(dim=1)), nan=0.5)

    size = int(group.max()) + 1 if len(group) else 0
    return bootstrap_interval(statistic, size, **kwargs)  # type: ignore[arg-type]  # int or float


def mean_interval(value: Tensor, **kwargs: float) -> tuple[float, float]:
    """Bootstrap interval of a mean over questions.

    Args:
        value: One value per question [Q].
        **kwargs: Arguments of :func:`bootstrap_interval`.

    Returns:
        The lower and the upper end.

    Example:
        >>> low, high = mean_interval(torch.tensor([0.0, 1.0] * 50))
        >>> low < 0.5 < high
        True
    """
    value = value.double()
    return bootstrap_interval(
        lambda drawn: drawn @ value / max(len(value), 1),
        len(value),
        **kwargs,  # type: ignore[arg-type]  # int or float
    )
