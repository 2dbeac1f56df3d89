"""A soft minimum over the items of an outfit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.nn.at_least_float32 import at_least_float32
from fashiongraph.nn.checked_size import checked_size


class SoftMinimum(torch.nn.Module):
    r"""Lets the item that goes worst with the others decide, the more so the higher :math:`\tau`.

    .. math::
        y = -\frac{1}{\tau} \ln \frac{1}{n} \sum_i e^{-\tau f_i}

    Where an outfit is spoilt by one stranger, at a place nobody knows, and :math:`f_i` is the
    logarithm of how much likelier item i is beside the others than anywhere, the log-likelihood
    ratio of the whole outfit against a spoilt one is this with :math:`\tau = 1`. A mean would thin
    the stranger out among the items that are right. For small :math:`\tau` it is the mean.

    Args:
        sharpness: Where the learned :math:`\tau` starts, positive.

    Shapes:
        - **input:** one number per item :math:`(N)`; outfit of each item :math:`(N)`
        - **output:** :math:`(B)`, 0 for an outfit without items, in float32 for narrower numbers

    Raises:
        ValueError: If ``sharpness`` is not positive.
    """

    def __init__(self, sharpness: float = 1.0) -> None:
        super().__init__()
        if not sharpness > 0:
            raise ValueError(f"'sharpness' needs to be positive (got {sharpness})")
        self.sharpness = float(sharpness)
        self.log_sharpness = torch.nn.Parameter(torch.empty(()))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start from the sharpness that was asked for."""
        with torch.no_grad():
            self.log_sharpness.fill_(self.sharpness).log_()

    def forward(self, x: Tensor, batch: Tensor, batch_size: int | None = None) -> Tensor:
        """Pool the items of each outfit.

        Args:
            x: One number per item [N].
            batch: Outfit of each item, in any order [N].
            batch_size: Number of outfits; by default the highest entry of ``batch`` plus one,
                which has to be read back from the device.

        Raises:
            ValueError: If there is not one number for each item.
        """
        if x.dim() != 1:
            raise ValueError(f"'x' needs one number per item [N] (got the shape {tuple(x.shape)})")
        batch_size = checked_size(x, batch, batch_size)
        x = at_least_float32(x)
        sharpness = self.log_sharpness.exp()
        lowest = scatter(x.detach(), batch, dim_size=batch_size, reduce="min")
        above = (x - lowest[batch]) * sharpness  # at least 0, so that no power overflows
        # expm1 and log1p, since for a small sharpness all powers are close to 1.
        below = scatter(torch.expm1(-above), batch, dim_size=batch_size, reduce="mean")
        score: Tensor = lowest - below.log1p() / sharpness
        return score

    def extra_repr(self) -> str:
        """The sharpness as it stands."""
        return f"sharpness={float(self.log_sharpness.detach().exp()):.3g}"
