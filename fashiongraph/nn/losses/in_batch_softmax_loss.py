"""Softmax cross-entropy with in-batch negatives."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class InBatchSoftmaxLoss(torch.nn.Module):
    r"""Softmax cross-entropy of each prediction's target against all targets of the batch.

    .. math::
        L = -\frac{1}{N} \sum_t \ln
        \frac{e^{\mathbf{p}_t^{\top} \mathbf{x}_t}}{\sum_s e^{\mathbf{p}_t^{\top} \mathbf{x}_s}}

    A target that occurs twice is also its own negative, as published. With groups, s runs over the
    targets of the prediction's group only.

    Shapes:
        - **input:** predictions and targets, each :math:`(N, D)`; groups :math:`(N)`
        - **output:** scalar

    Source: Han, Wu, Jiang, Davis, `"Learning fashion compatibility with bidirectional LSTMs"
    <https://arxiv.org/abs/1707.05691>`_ (ACM MM 2017).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import InBatchSoftmaxLoss
        >>> InBatchSoftmaxLoss()(torch.eye(2), torch.eye(2))  # ln (1 + exp(-1))
        tensor(0.3133)
    """

    def forward(self, predicted: Tensor, target: Tensor, group: Tensor | None = None) -> Tensor:
        """Average over predictions; 0 for no predictions.

        Args:
            predicted: Predictions [N, D].
            target: Target of each prediction [N, D].
            group: Group of each target [N]; by default all are of one group.

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
        correct = torch.arange(len(target), device=target.device)
        with torch.autocast(target.device.type, enabled=False):
            logits = at_least_float32(predicted) @ at_least_float32(target).t()
        if group is not None:
            logits = logits.masked_fill(group.unsqueeze(1) != group, float("-inf"))
        total = torch.nn.functional.cross_entropy(logits, correct, reduction="sum")
        return total / max(len(target), 1)
