"""Result of an evaluation: a metric with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from fashiongraph.evaluation.metrics.functional import mean_interval


@dataclass(frozen=True)
class Result:
    """Value of a metric with its 95 % bootstrap interval over questions.

    Args:
        metric: Name of the metric.
        value: Value.
        low: Lower end of the interval.
        high: Upper end of the interval.
        num_questions: Number of questions.
        fractional: Value with fractional credit for ties, or :obj:`None`.
        chance: Expected value of random scores, or :obj:`None`.

    Example:
        >>> print(Result("AUC", 0.75, 0.7, 0.8, 1000))
        AUC 0.750 [0.700, 0.800] over 1,000 questions
    """

    metric: str
    value: float
    low: float
    high: float
    num_questions: int
    fractional: float | None = None
    chance: float | None = None

    def __str__(self) -> str:
        ties = "" if self.fractional is None else f", ties fractional {self.fractional:.3f}"
        chance = "" if self.chance is None else f", chance {self.chance:.3f}"
        return (
            f"{self.metric} {self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
            f" over {self.num_questions:,} questions{ties}{chance}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON."""
        return asdict(self)


def mean_results(values: Mapping[str, Tensor]) -> dict[str, Result]:
    """Mean of each metric over questions, with its interval.

    Args:
        values: One number per question [Q], by the name of the metric.

    Example:
        >>> import torch
        >>> mean_results({"R@1": torch.ones(3)})["R@1"].value
        1.0
    """
    return {
        name: Result(name, float(value.mean()), *mean_interval(value), len(value))
        for name, value in values.items()
    }
