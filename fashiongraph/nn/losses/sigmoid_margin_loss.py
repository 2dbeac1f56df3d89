"""The loss of NGNN's published code."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class SigmoidMarginLoss(torch.nn.Module):
    r"""Asks every real outfit to score above its corrupted ones, without a logarithm.

    .. math::
        L = -\sigma(y^{+} - y^{-})

    averaged over the pairs: a smooth count of the pairs in the right order, which forgives a pair
    that is far in the wrong one, where :class:`~fashiongraph.nn.BPRLoss` does not.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B, R)`
        - **output:** scalar between -1 and 0

    Source: the published code of Cui et al., "Dressing as a whole: outfit compatibility learning
    based on node-wise graph neural networks". The paper has :class:`~fashiongraph.nn.BPRLoss`.
    """

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all pairs; 0 where there is none.

        Raises:
            ValueError: If the shapes are others, which broadcasting would hide.
        """
        if positive.dim() != 1 or negative.dim() != 2 or negative.shape[:1] != positive.shape:
            raise ValueError(
                f"'positive' needs shape [B] and 'negative' [B, R] "
                f"(got {tuple(positive.shape)} and {tuple(negative.shape)})"
            )
        margin = at_least_float32(positive).unsqueeze(-1) - at_least_float32(negative)
        return -margin.sigmoid().sum() / max(margin.numel(), 1)
