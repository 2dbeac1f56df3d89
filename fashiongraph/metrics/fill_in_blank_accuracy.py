"""Accuracy of filling blanks over batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from fashiongraph.metrics.functional.fill_in_blank_accuracy import fill_in_blank_accuracy


class FillInBlankAccuracy(Metric):
    """Stateful twin of :func:`fashiongraph.metrics.functional.fill_in_blank_accuracy`.

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
        self.add_state("hits", default=torch.zeros(()), dist_reduce_fx="sum")
        self.add_state("total", default=torch.zeros(()), dist_reduce_fx="sum")

    def update(self, score: Tensor, answer: Tensor) -> None:
        """Add scores [Q, A] and right columns [Q] of a batch."""
        # On the CPU, since some accelerators know no double precision.
        hit = fill_in_blank_accuracy(score.cpu(), answer.cpu(), self.ties, reduce=False)
        self.hits += hit.sum().to(self.hits)
        self.total += len(answer)

    def compute(self) -> Tensor:
        """The accuracy over everything added; 0 where nothing was."""
        return self.hits / self.total.clamp(min=1)
