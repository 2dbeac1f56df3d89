"""Area under the ROC curve over batches."""

from __future__ import annotations

from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat

from fashiongraph.metrics.functional.roc_auc import roc_auc


class CompatibilityAUC(Metric):
    """Stateful twin of :func:`fashiongraph.metrics.functional.roc_auc`."""

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    score: list[Tensor]
    label: list[Tensor]

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.add_state("score", default=[], dist_reduce_fx="cat")
        self.add_state("label", default=[], dist_reduce_fx="cat")

    def update(self, score: Tensor, label: Tensor) -> None:
        """Add scores [M] and labels [M] of a batch."""
        self.score.append(score.detach().float())
        self.label.append(label)

    def compute(self) -> Tensor:
        """The area over everything added."""
        # On the CPU, since some accelerators know no double precision.
        return roc_auc(dim_zero_cat(self.score).cpu(), dim_zero_cat(self.label).cpu())
