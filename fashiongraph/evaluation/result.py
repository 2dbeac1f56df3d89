"""What an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from fashiongraph.evaluation.metrics.functional import mean_interval


@dataclass(frozen=True)
class Result:
    """A metric with its 95 % interval.

    Args:
        metric: Name of the metric.
        value: Its value.
        low: Lower end of the bootstrap interval over questions.
        high: Upper end.
        num_questions: Number of questions asked.
        fractional: For filling blanks, the accuracy with ties counted 1 / (number that tie).
    """

    metric: str
    value: float
    low: float
    high: float
    num_questions: int
    fractional: float | None = None

    def __str__(self) -> str:
        ties = "" if self.fractional is None else f", ties fractional {self.fractional:.3f}"
        return (
            f"{self.metric} {self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
            f" over {self.num_questions:,} questions{ties}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON."""
        return asdict(self)


def mean_results(values: Mapping[str, Tensor]) -> dict[str, Result]:
    """The mean of each metric over questions, with its interval.

    Args:
        values: One number per question [Q], by the metric's name.
    """
    return {
        name: Result(name, float(value.mean()), *mean_interval(value), len(value))
        for name, value in values.items()
    }
