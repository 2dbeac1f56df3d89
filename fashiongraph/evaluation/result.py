"""What an evaluation found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


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
