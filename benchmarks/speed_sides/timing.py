"""Interleaved timings, and rows that compare them with a target."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch.utils.flop_counter import FlopCounterMode

Side = Callable[[], object]


def interleaved(sides: Mapping[str, Side], repeats: int) -> dict[str, list[float]]:
    """Time each side ``repeats`` times in turns, after one turn that warms up.

    On a GPU these are the times between two events of its own clock.
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(repeats + 1):
        for name, side in sides.items():
            spent = _seconds(side)
            if turn:
                seconds[name].append(spent)
    return seconds


def _seconds(side: Side) -> float:
    if torch.cuda.is_available():
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        side()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / 1e3
    begin = time.perf_counter()
    side()
    return time.perf_counter() - begin


def flops(side: Side) -> float:
    """Floating-point operations of the matrix products of a side."""
    sparse = {torch.ops.aten.mm: _mm, torch.ops.aten.addmm: _addmm}
    with FlopCounterMode(display=False, custom_mapping=sparse) as counter:
        side()
    return float(counter.get_total_flops())


def _mm(left: torch.Tensor, right: torch.Tensor, **_: object) -> int:
    """Operations of a product; torch counts a sparse matrix as a dense one."""
    entries = left.numel() if left.layout == torch.strided else left.values().numel()
    return 2 * entries * right.size(1)


def _addmm(_: torch.Tensor, left: torch.Tensor, right: torch.Tensor, **__: object) -> int:
    """Operations of a product that is added to a tensor, without the sum."""
    return _mm(left, right)


_mm._get_raw = _addmm._get_raw = True  # the tensors, not their shapes alone


@dataclass(frozen=True)
class Row:
    """A measurement and its target.

    Args:
        name: Name of the row.
        unit: Unit of the values.
        values: One measurement per turn; none if it is not possible, for the ``reason`` in
            ``details``.
        target: Smallest allowed median, or with ``at_most`` the largest; :obj:`None` for no target.
        at_most: Whether smaller is better.
        details: Further fields of the record.
    """

    name: str
    unit: str
    values: list[float]
    target: float | None = None
    at_most: bool = False
    details: dict[str, object] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Median over the turns; not a number where nothing was measured."""
        return statistics.median(self.values) if self.values else math.nan

    @property
    def holds(self) -> bool:
        """Whether the target is reached."""
        if self.target is None:
            return True
        return self.median <= self.target if self.at_most else self.median >= self.target

    def as_dict(self) -> dict[str, object]:
        """The row in JSON types."""
        spread = dict.fromkeys(("median", "low", "high"))
        if self.values:
            spread = {"median": self.median, "low": min(self.values), "high": max(self.values)}
        shared = {"name": self.name, "unit": self.unit, "target": self.target}
        return {**shared, "at_most": self.at_most, "holds": self.holds, **spread, **self.details}


def ratio(
    name: str,
    sides: Mapping[str, Side],
    repeats: int,
    target: float | None = None,
    over_flops: float | None = None,
    details: Mapping[str, object] | None = None,
) -> Row:
    """Seconds of the second side over those of the first, turn by turn.

    Args:
        name: Name of the row.
        sides: The two sides, ours first; further ones are timed only.
        repeats: Turns.
        target: Smallest allowed median.
        over_flops: In place of it, the target in ratios of the floating-point operations of the
            second side to those of the first.
        details: Further fields of the record.
    """
    seconds = interleaved(sides, repeats)
    ours, other = list(seconds.values())[:2]
    found: dict[str, object] = dict(details or {})
    found["seconds"] = {side: statistics.median(times) for side, times in seconds.items()}
    if over_flops is not None:
        few, many = (flops(call) for call in list(sides.values())[:2])
        found["operations"] = many / few
        target = round(over_flops * many / few, 2)
    values = [b / a for a, b in zip(ours, other, strict=True)]
    return Row(name, "times", values, target, details=found)
