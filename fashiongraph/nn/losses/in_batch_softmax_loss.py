"""Each prediction against all targets of a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class InBatchSoftmaxLoss(torch.nn.Module):
    r"""Asks each predicted vector to find its own target among those of the whole batch.

    .. math::
        L = -\frac{1}{N} \sum_t \ln
        \frac{e^{\mathbf{p}_t^{\top} \mathbf{x}_t}}{\sum_s e^{\mathbf{p}_t^{\top} \mathbf{x}_s}}

    A target that occurs twice stands against itself, as published. With groups, s runs over the
    targets of the prediction's own group alone.

    Shapes:
        - **input:** predictions and targets, each :math:`(N, D)`; groups :math:`(N)`
        - **output:** scalar

    Source: Han, Wu, Jiang, Davis, "Learning fashion compatibility with bidirectional LSTMs".
    """

    def forward(self, predicted: Tensor, target: Tensor, group: Tensor | None = None) -> Tensor:
        """Average over predictions; 0 where there is none.

        Args:
            predicted: Predictions.
            target: The target of each.
            group: Group of each target; by default all are of one.

        Raises:
            ValueError: If the shapes differ.
        """
        if predicted.shape != target.shape or predicted.dim() != 2:
            raise ValueError(
                f"'predicted' and 'target' need one shape [N, D] "
                f"(got {tuple(predicted.shape)} and {tuple(target.shape)})"
            )
        if group is not None and group.shape != target.shape[:1]:
            raise ValueError(
                f"'group' needs one entry per target (got {tuple(group.shape)} for {len(target)})"
            )
        own = torch.arange(len(target), device=target.device)
        with torch.autocast(target.device.type, enabled=False):
            logits = at_least_float32(predicted) @ at_least_float32(target).t()
        if group is not None:
            logits = logits.masked_fill(group.unsqueeze(1) != group, float("-inf"))
        total = torch.nn.functional.cross_entropy(logits, own, reduction="sum")
        return total / max(len(target), 1)
