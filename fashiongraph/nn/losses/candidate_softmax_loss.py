"""Softmax cross-entropy over candidates, with a pointwise term."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class CandidateSoftmaxLoss(torch.nn.Module):
    r"""Softmax cross-entropy of a real outfit among R corrupted ones, with a pointwise term.

    .. math::
        L = -\ln \frac{e^{y^{+}}}{e^{y^{+}} + \sum_r e^{y^{-}_r}}
        - \beta \, \tfrac{1}{2} \left[ \ln \sigma(s y^{+} + b)
        + \frac{1}{R} \sum_r \ln \sigma(-(s y^{-}_r + b)) \right]

    averaged over outfits. The softmax ranks the candidates of one outfit, as in fill-in-the-blank
    (FITB) questions, and is invariant to a shift of their scores. The pointwise cross-entropy, with
    a learned scale :math:`s = e^{t}` and bias :math:`b`, makes scores of different outfits
    comparable, as the area under the ROC curve needs. A model may give separate scores to the two
    terms.

    Args:
        pointwise_weight: The weight :math:`\beta` of the pointwise term.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B, R)`; optionally the
          scores of the pointwise term :math:`(B, 1 + R)`, the positive one first
        - **output:** scalar

    Example:
        >>> import torch
        >>> from fashiongraph.nn import CandidateSoftmaxLoss
        >>> loss = CandidateSoftmaxLoss(pointwise_weight=0.0)
        >>> loss(torch.tensor([2.0]), torch.tensor([[0.0, 1.0, 1.0]])).detach()
        tensor(0.6265)
    """

    uses_outfit_scores = True
    """Whether the loss takes a third argument, the scores that compare outfits."""

    def __init__(self, pointwise_weight: float = 0.3) -> None:
        super().__init__()
        self.pointwise_weight = pointwise_weight
        self.log_scale = torch.nn.Parameter(torch.empty(()))
        self.bias = torch.nn.Parameter(torch.empty(()))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset to a scale of 1 and a bias of 0."""
        torch.nn.init.zeros_(self.log_scale)
        torch.nn.init.zeros_(self.bias)

    def forward(
        self, positive: Tensor, negative: Tensor, outfit_scores: Tensor | None = None
    ) -> Tensor:
        """Average over outfits; 0 for no outfits.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of corrupted outfits [B, R].
            outfit_scores: Scores for the pointwise term [B, 1 + R]; by default the same.

        Raises:
            ValueError: If the shapes are others, or there are no negatives.
        """
        if negative.shape[:-1] != positive.shape or positive.dim() != 1 or negative.size(-1) == 0:
            raise ValueError(
                f"'positive' needs shape [B] and 'negative' [B, R] with R > 0 "
                f"(got {tuple(positive.shape)} and {tuple(negative.shape)})"
            )
        candidates = at_least_float32(torch.cat([positive.unsqueeze(-1), negative], dim=-1))
        if outfit_scores is None:
            outfit_scores = candidates
        if outfit_scores.shape != candidates.shape:
            raise ValueError(
                f"'outfit_scores' needs shape {tuple(candidates.shape)} "
                f"(got {tuple(outfit_scores.shape)})"
            )
        softmax = -candidates.log_softmax(dim=-1)[:, 0]
        logits = at_least_float32(outfit_scores) * self.log_scale.exp() + self.bias
        real = torch.nn.functional.softplus(-logits[:, 0])
        corrupted = torch.nn.functional.softplus(logits[:, 1:]).mean(dim=-1)
        loss = softmax + self.pointwise_weight * 0.5 * (real + corrupted)
        return loss.sum() / max(positive.numel(), 1)

    def extra_repr(self) -> str:
        """The weight of the pointwise term."""
        return f"pointwise_weight={self.pointwise_weight}"
