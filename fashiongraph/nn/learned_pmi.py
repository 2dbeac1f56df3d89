"""Smoothed pointwise mutual information with learned weights."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class LearnedPMI(torch.nn.Module):
    r"""Smoothed pointwise mutual information (PMI) of pairs, with learned weights and smoothing.

    .. math::
        s = \alpha \ln (1 + n / \lambda) - \beta \ln (1 + e / \lambda)

    where :math:`n` is the number of co-occurrences of a pair and :math:`e` the number that is
    expected if its two elements are independent. For :math:`\alpha = \beta = 1` this is the
    smoothed PMI :math:`\ln \frac{n + \lambda}{e + \lambda}`. Separate weights let co-occurrence and
    frequency count differently. A pair without any observation, :math:`n = e = 0`, scores 0.

    Args:
        smoothing: Initial value of the learned :math:`\lambda`, positive.
        weight: Initial value of the learned :math:`\alpha` and :math:`\beta`.

    Shapes:
        - **input:** counts :math:`n` and expected counts :math:`e`, two tensors of one shape
        - **output:** scores of the same shape, in float32 for narrower inputs

    Raises:
        ValueError: If ``smoothing`` is not positive.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import LearnedPMI
        >>> pmi = LearnedPMI(smoothing=1.0, weight=1.0)
        >>> pmi(torch.tensor([3.0, 0.0]), torch.tensor([1.0, 0.0])).detach()  # ln (4 / 2) and 0
        tensor([0.6931, 0.0000])
    """

    def __init__(self, smoothing: float = 0.03, weight: float = 2.0) -> None:
        super().__init__()
        if not smoothing > 0:
            raise ValueError(f"'smoothing' needs to be positive (got {smoothing})")
        self.smoothing = float(smoothing)
        self.initial_weight = float(weight)
        self.log_smoothing = torch.nn.Parameter(torch.empty(()))
        self.weight = torch.nn.Parameter(torch.empty(2))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset smoothing and weights to their initial values."""
        with torch.no_grad():
            self.log_smoothing.fill_(self.smoothing).log_()
            self.weight.fill_(self.initial_weight)

    def forward(self, count: Tensor, expected: Tensor) -> Tensor:
        """Score pairs.

        Args:
            count: Number of co-occurrences of each pair.
            expected: Number expected under independence.

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
        observed, independent = torch.log1p(count / smoothing), torch.log1p(expected / smoothing)
        score: Tensor = self.weight[0] * observed - self.weight[1] * independent
        return score

    def extra_repr(self) -> str:
        """The current values of the parameters."""
        alpha, beta = self.weight.tolist()
        smoothing = float(self.log_smoothing.detach().exp())
        return f"smoothing={smoothing:.3g}, weight=({alpha:.3g}, {beta:.3g})"
