"""Accuracy of filling blanks over batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from fashiongraph.evaluation.metrics.functional.classification import fill_in_blank_accuracy

_WHOLE = 2**32  # what a right answer counts, so that shares of it are whole numbers, nearly enough


class FillInBlankAccuracy(Metric):
    """Stateful twin of :func:`fashiongraph.evaluation.metrics.functional.classification`.

    Credit is counted in whole numbers: floating states would round, and stop growing, once a
    module that holds the metric is cast to half precision.

    Args:
        ties: ``"wrong"`` or ``"fractional"``.
        **kwargs: Arguments of :class:`torchmetrics.Metric`.

    Raises:
        ValueError: If ``ties`` is neither.
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
        # Both, whatever ``ties`` says: a collection lets metrics of equal states share them.
        for name in ("alone", "shared", "total"):
            self.add_state(name, default=torch.tensor(0), dist_reduce_fx="sum")

    def update(self, score: Tensor, answer: Tensor) -> None:
        """Add scores [Q, A] and right columns [Q] of a batch."""
        # On the CPU, since some accelerators know no double precision.
        share = fill_in_blank_accuracy(score.cpu(), answer.cpu(), "fractional", reduce=False)
        self.alone += share.floor().long().sum().to(self.alone)
        self.shared += (share * _WHOLE).round().long().sum().to(self.shared)
        self.total += len(answer)

    def compute(self) -> Tensor:
        """The accuracy over everything added; 0 where nothing was."""
        hits = self.alone.cpu() if self.ties == "wrong" else self.shared.cpu().double() / _WHOLE
        return (hits / self.total.cpu().clamp(min=1)).float().to(self.total.device)
