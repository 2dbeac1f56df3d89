"""Attribute masks followed by a shared linear layer (eq. A1 and A4 of ADD-GNN)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.functional import check_channels
from fashiongraph.nn.matmul import linear_rows


class MaskedLinear(torch.nn.Module):
    r"""Attribute masks followed by one linear layer that all attributes share.

    .. math::
        \mathbf{h}_i^k = \mathbf{W} \, \sigma(\mathbf{M}^k \odot \mathbf{f}_i) + \mathbf{b}

    Without an activation the mask is a factor of the matrix,

    .. math::
        \mathbf{W} (\mathbf{M}^k \odot \mathbf{f})
        = (\mathbf{W} \operatorname{diag} \mathbf{M}^k) \, \mathbf{f},

    so that all attributes are computed by one product and the masked features [N, K, F] are never
    materialised.

    Args:
        in_channels: Size of the features, F.
        out_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        activation: Activation of the masked features, as for :class:`AttributeMask`.
        bias: Add the learned bias.

    Shapes:
        - **input:** features :math:`(N, F)`
        - **output:** states :math:`(N, K, H)`

    Raises:
        ValueError: If a size is not positive.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 1 and 4; the activation of the hidden states in eq. 4 is
    a separate module.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import MaskedLinear
        >>> encoder = MaskedLinear(in_channels=2048, out_channels=256, num_attributes=4)
        >>> encoder(torch.randn(3, 2048)).shape
        torch.Size([3, 4, 256])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_attributes: int,
        activation: str | Callable[[Tensor], Tensor] | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if out_channels < 1:
            raise ValueError(f"'out_channels' needs to be a positive integer (got {out_channels})")
        self.mask = AttributeMask(in_channels, num_attributes, activation)
        self.lin = torch.nn.Linear(in_channels, out_channels, bias)

    def reset_parameters(self) -> None:
        """Reset the masks and the linear layer."""
        self.mask.reset_parameters()
        self.lin.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """Mask and project the features.

        Args:
            x: Features [N, F].

        Raises:
            ValueError: If the features have another size.
        """
        check_channels(x, self.mask.in_channels)
        if self.mask.activation is not None:
            projected: Tensor = self.lin(self.mask(x))
            return projected
        weight = self.mask.weight.unsqueeze(1) * self.lin.weight  # [K, H, F]
        h: Tensor = linear_rows(x, weight.flatten(0, 1)).unflatten(-1, weight.shape[:2])
        return h if self.lin.bias is None else h + self.lin.bias
