"""FITB accuracy over batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from fashiongraph.evaluation.metrics.functional.classification import fill_in_blank_accuracy

_UNIT = 2**32  # integer credit of a right answer in fixed-point arithmetic


class FillInBlankAccuracy(Metric):
    """Fill-in-the-blank accuracy, accumulated over batches.

    Stateful counterpart of
    ``fill_in_blank_accuracy``. Sums are integers,
    since floating-point states would lose precision in a module that is cast to half precision.

    Args:
        ties: ``"wrong"`` or ``"fractional"``.
        **kwargs: Arguments of :class:`torchmetrics.Metric`.

    Raises:
        ValueError: If ``ties`` is neither.

    Example:
        >>> metric = FillInBlankAccuracy()
        >>> metric.update(torch.tensor([[0.9, 0.1], [0.4, 0.6]]), torch.tensor([0, 0]))
        >>> metric.compute()
        tensor(0.5000)
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    alone: Tensor
    shared: Tensor
    total: Tensor

    def __init__(self, ties: str = "wrong", **kwargs: object) -> None:
        super().__init__(**kwargs)
        if ties not in ("wrong", "fractional"):
            raise ValueError(f"'ties' needs to be 'wrong' or 'fractional' (got {ties!r})")
        self.ties = ties
        # Both sums for any ``ties``, since a collection shares equal states of metrics.
        for name in ("alone", "shared", "total"):
            self.add_state(name, default=torch.tensor(0), dist_reduce_fx="sum")

    def update(self, score: Tensor, answer: Tensor) -> None:
        """Add scores [Q, A] and answers [Q] of a batch."""
        # On the CPU, since some accelerators have no double precision.
        share = fill_in_blank_accuracy(score.cpu(), answer.cpu(), "fractional", reduce=False)
        self.alone += share.floor().long().sum().to(self.alone)
        self.shared += (share * _UNIT).round().long().sum().to(self.shared)
        self.total += len(answer)

    def compute(self) -> Tensor:
        """The accuracy over all batches; 0 without any."""
        hits = self.alone.cpu() if self.ties == "wrong" else self.shared.cpu().double() / _UNIT
        return (hits / self.total.cpu().clamp(min=1)).float().to(self.total.device)
