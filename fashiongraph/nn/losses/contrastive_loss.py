"""Contrastive loss on distances of pairs."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class ContrastiveLoss(torch.nn.Module):
    r"""Contrastive loss on distances of positive and negative pairs.

    .. math::
        L = \frac{1}{|P| + |N|} \left( \sum_{P} d^2 + \sum_{N} [\alpha - d]_+^2 \right)

    Args:
        margin: The margin :math:`\alpha`, from which negative pairs have no loss.

    Shapes:
        - **input:** distances of positive pairs :math:`(P)` and of negative pairs :math:`(N)`
        - **output:** scalar

    Raises:
        ValueError: If ``margin`` is not positive.

    Source: Hadsell, Chopra, LeCun, `"Dimensionality reduction by learning an invariant mapping"
    <https://doi.org/10.1109/CVPR.2006.100>`_ (CVPR 2006); applied to fashion by Veit, Kovacs, Bell,
    McAuley, Bala, Belongie, `"Learning visual clothing style with heterogeneous dyadic
    co-occurrences" <https://arxiv.org/abs/1509.07473>`_ (ICCV 2015).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import ContrastiveLoss
        >>> ContrastiveLoss(margin=1.0)(torch.tensor([0.5]), torch.tensor([0.5, 2.0]))
        tensor(0.1667)
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        if not margin > 0:
            raise ValueError(f"'margin' needs to be positive (got {margin})")
        self.margin = margin

    def forward(self, positive: Tensor, negative: Tensor) -> Tensor:
        """Average over all pairs; 0 for no pairs.

        Args:
            positive: Distances of positive pairs [P].
            negative: Distances of negative pairs [N].
        """
        violation = torch.nn.functional.relu(self.margin - at_least_float32(negative))
        total = at_least_float32(positive).square().sum() + violation.square().sum()
        return total / max(positive.numel() + negative.numel(), 1)

    def extra_repr(self) -> str:
        """The margin."""
        return f"margin={self.margin}"
