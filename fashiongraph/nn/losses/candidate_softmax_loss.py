"""Many candidates under one softmax, with a light pointwise term."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class CandidateSoftmaxLoss(torch.nn.Module):
    r"""Asks a real outfit to win against R corrupted ones, and real outfits to score high.

    .. math::
        L = -\ln \frac{e^{y^{+}}}{e^{y^{+}} + \sum_r e^{y^{-}_r}}
        - \beta \, \tfrac{1}{2} \Big[ \ln \sigma(s y^{+} + b)
        + \frac{1}{R} \sum_r \ln \sigma(-(s y^{-}_r + b)) \Big]

    averaged over outfits. The softmax ranks the candidates for one blank, which is what filling
    in a blank asks; it says nothing between outfits. The pointwise cross-entropy, with a learned
    scale :math:`s = e^{t}` and bias :math:`b`, makes scores of different outfits comparable, which
    is what the area under the ROC curve asks. A model may answer the two with two scores.

    Args:
        pointwise_weight: The weight :math:`\beta` of the pointwise term.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B, R)`; optionally the
          scores of the pointwise term :math:`(B, 1 + R)`, the positive one first
        - **output:** scalar
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
        """Start from the scores as they are."""
        torch.nn.init.zeros_(self.log_scale)
        torch.nn.init.zeros_(self.bias)

    def forward(self, positive: Tensor, negative: Tensor, compared: Tensor | None = None) -> Tensor:
        """Average over outfits; 0 where there is none.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of their corrupted editions [B, R].
            compared: Scores for the pointwise term [B, 1 + R]; by default the same.

        Raises:
            ValueError: If the shapes are others, or no negative is there to win against.
        """
        if negative.shape[:-1] != positive.shape or positive.dim() != 1 or negative.size(-1) == 0:
            raise ValueError(
                f"'positive' needs shape [B] and 'negative' [B, R] with R > 0 "
                f"(got {tuple(positive.shape)} and {tuple(negative.shape)})"
            )
        candidates = at_least_float32(torch.cat([positive.unsqueeze(-1), negative], dim=-1))
        compared = candidates if compared is None else at_least_float32(compared)
        if compared.shape != candidates.shape:
            raise ValueError(
                f"'compared' needs shape {tuple(candidates.shape)} (got {tuple(compared.shape)})"
            )
        softmax = -candidates.log_softmax(dim=-1)[:, 0]
        logits = compared * self.log_scale.exp() + self.bias
        right = torch.nn.functional.softplus(-logits[:, 0])
        wrong = torch.nn.functional.softplus(logits[:, 1:]).mean(dim=-1)
        loss = softmax + self.pointwise_weight * 0.5 * (right + wrong)
        return loss.sum() / max(positive.numel(), 1)

    def extra_repr(self) -> str:
        """The weight of the pointwise term."""
        return f"pointwise_weight={self.pointwise_weight}"
