"""Bayesian personalised ranking (eq. A9 of ADD-GNN)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class BPRLoss(torch.nn.Module):
    r"""Pairwise logistic ranking loss of real and corrupted outfits (BPR).

    .. math::
        L_O = -\ln \sigma(y^{+} - y^{-})

    averaged over the pairs.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B)` or :math:`(B, R)`
        - **output:** scalar

    Source: Rendle, Freudenthaler, Gantner, Schmidt-Thieme, `"BPR: Bayesian personalized ranking
    from implicit feedback" <https://arxiv.org/abs/1205.2618>`_ (UAI 2009); eq. 9 of Chen, Wu, Shen,
    Jia, "Learning from designers: fashion compatibility analysis via dataset distillation" (ICIP
    2022).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import BPRLoss
        >>> BPRLoss()(torch.tensor([2.0, 0.0]), torch.tensor([[1.0, 2.0], [0.0, 0.0]]))
        tensor(0.5982)
    """

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all pairs; 0 for no pairs.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of corrupted outfits [B] or [B, R].

        Raises:
            ValueError: If the shapes are others, which broadcasting would hide.
        """
        if positive.dim() != 1 or negative.dim() > 2 or negative.shape[:1] != positive.shape:
            raise ValueError(
                f"'positive' needs shape [B] and 'negative' [B] or [B, R] "
                f"(got {tuple(positive.shape)} and {tuple(negative.shape)})"
            )
        if negative.dim() > positive.dim():
            positive = positive.unsqueeze(-1)
        margin = at_least_float32(positive) - at_least_float32(negative)
        return torch.nn.functional.softplus(-margin).sum() / max(margin.numel(), 1)
