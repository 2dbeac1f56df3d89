"""Contrastive loss on distances of pairs."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class ContrastiveLoss(torch.nn.Module):
    r"""Pulls items that go together close, and pushes those that do not a margin apart.

    .. math::
        L = \frac{1}{|P| + |N|} \Big( \sum_{P} d^2 + \sum_{N} [\alpha - d]_+^2 \Big)

    Args:
        margin: The distance :math:`\alpha` from which strangers are left alone.

    Shapes:
        - **input:** distances of positive pairs :math:`(P)` and of negative pairs :math:`(N)`
        - **output:** scalar

    Source: Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping";
    used for fashion by Veit et al., "Learning visual clothing style with heterogeneous dyadic
    co-occurrences".
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        if not margin > 0:
            raise ValueError(f"'margin' needs to be positive (got {margin})")
        self.margin = margin

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all pairs; 0 where there is none."""
        near = torch.nn.functional.relu(self.margin - at_least_float32(negative))
        total = at_least_float32(positive).square().sum() + near.square().sum()
        return total / max(positive.numel() + negative.numel(), 1)

    def extra_repr(self) -> str:
        """The margin."""
        return f"margin={self.margin}"
