"""Sigmoid ranking loss of NGNN's published code."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class SigmoidMarginLoss(torch.nn.Module):
    r"""Negative sigmoid of the score margin of real and corrupted outfits.

    .. math::
        L = -\sigma(y^{+} - y^{-})

    averaged over the pairs. It is a smooth count of correctly ordered pairs; unlike
    :class:`~fashiongraph.nn.BPRLoss` it is bounded, so that a pair far in the wrong order has a
    small gradient.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B, R)`
        - **output:** scalar between -1 and 0

    Source: the published code of Cui, Li, Wu, Zhang, Wang, `"Dressing as a whole: outfit
    compatibility learning based on node-wise graph neural networks"
    <https://arxiv.org/abs/1902.08009>`_ (WWW 2019). The paper has
    :class:`~fashiongraph.nn.BPRLoss`.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import SigmoidMarginLoss
        >>> SigmoidMarginLoss()(torch.tensor([1.0]), torch.tensor([[1.0, -20.0]]))
        tensor(-0.7500)
    """

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all pairs; 0 for no pairs.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of corrupted outfits [B, R].

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
