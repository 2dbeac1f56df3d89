"""How much more often two things met than chance would have them, with learned weights."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class LearnedPMI(torch.nn.Module):
    r"""Scores a pair by how often it was seen, and how often chance would have shown it.

    .. math::
        s = \alpha \ln (1 + n / \lambda) - \beta \ln (1 + e / \lambda)

    For :math:`\alpha = \beta = 1` this is the logarithm of the lift
    :math:`(n + \lambda) / (e + \lambda)`. With weights of their own, being seen together and being
    seen often may count differently. A pair of which nothing is known, :math:`n = e = 0`, scores 0.

    Args:
        smoothing: Where the learned :math:`\lambda` starts, positive.
        weight: Where the learned :math:`\alpha` and :math:`\beta` start.

    Shapes:
        - **input:** counts of pairs :math:`n` and their expectations :math:`e`, any one shape
        - **output:** the same shape

    Raises:
        ValueError: If ``smoothing`` is not positive.
    """

    def __init__(self, smoothing: float = 0.03, weight: float = 2.0) -> None:
        super().__init__()
        if not smoothing > 0:
            raise ValueError(f"'smoothing' needs to be positive (got {smoothing})")
        self.smoothing = float(smoothing)
        self.start = float(weight)
        self.log_smoothing = torch.nn.Parameter(torch.empty(()))
        self.weight = torch.nn.Parameter(torch.empty(2))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start from the smoothing and the weights that were asked for."""
        with torch.no_grad():
            self.log_smoothing.fill_(self.smoothing).log_()
            self.weight.fill_(self.start)

    def forward(self, count: Tensor, expected: Tensor) -> Tensor:
        """Score pairs.

        Args:
            count: How often each pair was seen.
            expected: How often chance would have shown it.

        Raises:
            ValueError: If the two differ in shape.
        """
        if count.shape != expected.shape:
            raise ValueError(
                f"'count' and 'expected' need one shape (got {tuple(count.shape)} and "
                f"{tuple(expected.shape)})"
            )
        smoothing = self.log_smoothing.exp()
        count, expected = at_least_float32(count), at_least_float32(expected)
        seen, chance = torch.log1p(count / smoothing), torch.log1p(expected / smoothing)
        score: Tensor = self.weight[0] * seen - self.weight[1] * chance
        return score

    def extra_repr(self) -> str:
        """The numbers as they stand."""
        seen, chance = self.weight.tolist()
        smoothing = float(self.log_smoothing.detach().exp())
        return f"smoothing={smoothing:.3g}, weight=({seen:.3g}, {chance:.3g})"
