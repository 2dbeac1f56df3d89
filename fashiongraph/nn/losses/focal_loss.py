"""Focal loss on compatible and incompatible outfits."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class FocalLoss(torch.nn.Module):
    r"""Tells real outfits from corrupted ones, the more so the harder they are to tell.

    .. math::
        L = -\alpha_t (1 - p_t)^{\gamma} \ln p_t

    where :math:`p_t` is :math:`\sigma(y)` for a real outfit and :math:`1 - \sigma(y)` for a
    corrupted one, averaged over all of them.

    Args:
        gamma: How much the easy ones count less; with 0 this is the cross-entropy.
        alpha: Weight of real outfits; corrupted ones weigh :math:`1 - \alpha`.

    Shapes:
        - **input:** scores of real outfits, any shape; scores of corrupted ones, any shape
        - **output:** scalar

    Source: Lin et al., "Focal loss for dense object detection"; its :math:`\gamma` is the default.
    """

    def __init__(self, gamma: float = 2.0, alpha: float = 0.5) -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f"'gamma' needs to be at least 0 (got {gamma})")
        if not 0 <= alpha <= 1:
            raise ValueError(f"'alpha' needs to lie in [0, 1] (got {alpha})")
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all outfits; 0 where there is none."""
        logit = torch.cat([positive.flatten(), -negative.flatten()])  # that the label is right
        logit = at_least_float32(logit)
        weight = torch.full_like(logit, 1 - self.alpha)
        weight[: positive.numel()] = self.alpha
        surprise = torch.nn.functional.softplus(-logit)
        # The power of a sigmoid has no gradient where the sigmoid underflows and gamma is below 1.
        hardness = (self.gamma * torch.nn.functional.logsigmoid(-logit)).exp()
        loss = weight * hardness * surprise
        return loss.sum() / max(logit.numel(), 1)

    def extra_repr(self) -> str:
        """Both settings."""
        return f"gamma={self.gamma}, alpha={self.alpha}"
