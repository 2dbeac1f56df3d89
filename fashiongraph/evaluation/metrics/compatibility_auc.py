"""Compatibility AUC over batches."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities import dim_zero_cat
from torchmetrics.utilities.prints import rank_zero_warn

from fashiongraph.evaluation.metrics.functional.classification import check_shapes, roc_auc


class CompatibilityAUC(Metric):
    """Area under the ROC curve of outfit scores, accumulated over batches.

    Stateful counterpart of ``roc_auc``. The value
    is NaN, with a warning, if all labels are equal, as in a small batch.

    Args:
        **kwargs: Arguments of :class:`torchmetrics.Metric`.

    Example:
        >>> metric = CompatibilityAUC()
        >>> metric.update(torch.tensor([0.9, 0.2]), torch.tensor([1, 0]))
        >>> metric.update(torch.tensor([0.1]), torch.tensor([1]))
        >>> metric.compute()
        tensor(0.5000)
    """

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
        """Add scores [M] and labels [M] of a batch.

        Raises:
            ValueError: If the shapes differ.
        """
        check_shapes(score, label)
        self.score.append(score.detach())
        self.label.append(label)

    def compute(self) -> Tensor:
        """The area over all batches."""
        # On the CPU, since some accelerators have no double precision.
        score, label = dim_zero_cat(self.score).cpu(), dim_zero_cat(self.label).cpu()
        if label.unique().tolist() in ([0], [1]) and not bool(score.isnan().any()):
            rank_zero_warn("the AUC of outfits with equal labels is NaN")
            return score.new_tensor(torch.nan, dtype=torch.float)
        return roc_auc(score, label)
