"""Soft-min pooling."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.nn.aggr import Aggregation

from fashiongraph.nn.functional import at_least_float32


class SoftMinAggregation(Aggregation):
    r"""Smooth minimum of the elements of each group, normalised by their number.

    .. math::
        y = -\frac{1}{\tau} \ln \frac{1}{n} \sum_i e^{-\tau x_i}

    It tends to the minimum for large :math:`\tau` and to the mean for small. If an outfit has at
    most one negative item, in an unknown position, and :math:`x_i` is the log-likelihood ratio of
    item i against a negative in its place, then :math:`\tau = 1` gives the log-likelihood ratio of
    the outfit; a mean would dilute the one negative among the other items.

    Args:
        sharpness: Initial value of the learned :math:`\tau`, positive.

    Shapes:
        - **input:** elements :math:`(N, F)`, group of each :math:`(N)`
        - **output:** :math:`(B, F)`, 0 for an empty group, in float32 for narrower elements

    Raises:
        ValueError: If ``sharpness`` is not positive.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import SoftMinAggregation
        >>> pool = SoftMinAggregation(sharpness=1.0)
        >>> scores = torch.tensor([[2.0], [2.0], [-5.0]])
        >>> pool(scores, torch.tensor([0, 0, 1])).flatten().tolist()
        [2.0, -5.0]
    """

    def __init__(self, sharpness: float = 1.0) -> None:
        super().__init__()
        if not sharpness > 0:
            raise ValueError(f"'sharpness' needs to be positive (got {sharpness})")
        self.sharpness = float(sharpness)
        self.log_sharpness = torch.nn.Parameter(torch.empty(()))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset the sharpness to its initial value."""
        with torch.no_grad():
            self.log_sharpness.fill_(self.sharpness).log_()

    def forward(
        self,
        x: Tensor,
        index: Tensor | None = None,
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
    ) -> Tensor:
        """Pool the elements of each group.

        Args:
            x: Elements [N, F].
            index: Group of each element, in any order [N]; by default all are of one group.
            ptr: Offsets of the groups, for sorted elements [B + 1].
            dim_size: Number of groups B.
            dim: Dimension of the elements.
        """
        x = at_least_float32(x)
        sharpness = self.log_sharpness.exp()
        lowest = self.reduce(x.detach(), index, ptr, dim_size, dim, reduce="min")
        if index is None and ptr is not None:
            index = torch.repeat_interleave(ptr.diff())
        minimum = lowest if index is None else lowest.index_select(dim, index)
        above = (x - minimum) * sharpness  # at least 0, so that no power overflows
        # expm1 and log1p, since for a small sharpness all powers are close to 1.
        below = self.reduce(torch.expm1(-above), index, ptr, dim_size, dim, reduce="mean")
        score: Tensor = lowest - below.log1p() / sharpness
        return score

    def __repr__(self) -> str:
        return f"{type(self).__name__}(sharpness={float(self.log_sharpness.detach().exp()):.3g})"
