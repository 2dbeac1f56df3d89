"""Accuracy of filling blanks over batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from fashiongraph.metrics.functional.fill_in_blank_accuracy import fill_in_blank_accuracy

_WHOLE = 2**32  # what a right answer counts, so that shares of it are whole numbers, nearly enough


class FillInBlankAccuracy(Metric):
    """Stateful twin of :func:`fashiongraph.metrics.functional.fill_in_blank_accuracy`.

    Credit is counted in whole numbers: floating states would round, and stop growing, once a
    module that holds the metric is cast to half precision.

    Args:
        ties: ``"wrong"`` or ``"fractional"``.
        **kwargs: Arguments of :class:`torchmetrics.Metric`.
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    hits: Tensor
    total: Tensor

    def __init__(self, ties: str = "wrong", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.ties = ties
        self.add_state("hits", default=torch.tensor(0), dist_reduce_fx="sum")
        self.add_state("total", default=torch.tensor(0), dist_reduce_fx="sum")

    def update(self, score: Tensor, answer: Tensor) -> None:
        """Add scores [Q, A] and right columns [Q] of a batch."""
        # On the CPU, since some accelerators know no double precision.
        hit = fill_in_blank_accuracy(score.cpu(), answer.cpu(), self.ties, reduce=False)
        self.hits += (hit * _WHOLE).round().long().sum().to(self.hits)
        self.total += len(answer)

    def compute(self) -> Tensor:
        """The accuracy over everything added; 0 where nothing was."""
        share = self.hits.cpu().double() / _WHOLE / self.total.cpu().clamp(min=1)
        return share.float().to(self.hits.device)
