"""Focal loss of real and corrupted outfits."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class FocalLoss(torch.nn.Module):
    r"""Binary cross-entropy of real and corrupted outfits that down-weights easy ones.

    .. math::
        L = -\alpha_t (1 - p_t)^{\gamma} \ln p_t

    where :math:`p_t` is :math:`\sigma(y)` for a real outfit and :math:`1 - \sigma(y)` for a
    corrupted one, averaged over all of them.

    Args:
        gamma: Exponent :math:`\gamma` of the down-weighting; 0 gives the cross-entropy.
        alpha: Weight of real outfits; corrupted outfits have the weight :math:`1 - \alpha`.

    Shapes:
        - **input:** scores of real outfits, any shape; scores of corrupted ones, any shape
        - **output:** scalar

    Raises:
        ValueError: If ``gamma`` is negative or ``alpha`` lies outside [0, 1].

    Source: Lin, Goyal, Girshick, He, Dollár, `"Focal loss for dense object detection"
    <https://arxiv.org/abs/1708.02002>`_ (ICCV 2017), with its :math:`\gamma` as default.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import FocalLoss
        >>> FocalLoss()(torch.tensor([0.0]), torch.tensor([[0.0, -10.0]]))  # one easy negative
        tensor(0.0578)
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
        """Average over all outfits; 0 for no outfits.

        Args:
            positive: Scores of real outfits, of any shape.
            negative: Scores of corrupted outfits, of any shape.
        """
        # Logit of the probability of the correct label.
        logit = at_least_float32(torch.cat([positive.flatten(), -negative.flatten()]))
        weight = torch.full_like(logit, 1 - self.alpha)
        weight[: positive.numel()] = self.alpha
        cross_entropy = torch.nn.functional.softplus(-logit)
        # The power of a sigmoid has no gradient where the sigmoid underflows and gamma is below 1.
        hardness = (self.gamma * torch.nn.functional.logsigmoid(-logit)).exp()
        loss = weight * hardness * cross_entropy
        return loss.sum() / max(logit.numel(), 1)

    def extra_repr(self) -> str:
        """Both settings."""
        return f"gamma={self.gamma}, alpha={self.alpha}"
