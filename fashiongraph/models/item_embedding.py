"""Linear embedding of items."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import rms_normalize


class ItemEmbedding(torch.nn.Module):
    r"""Linear embedding of item features, optionally scaled first.

    .. math::
        \mathbf{h}_i = \mathbf{W} \mathbf{f}_i + \mathbf{b}

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding, H.
        normalize: Scale the features of each item to a mean square of 1.
        bias: Add the learned bias.

    Shapes:
        - **input:** features :math:`(U, F)`
        - **output:** embeddings :math:`(U, H)`

    Example:
        >>> ItemEmbedding(8, 4, normalize=True)(torch.randn(3, 8)).shape
        torch.Size([3, 4])
    """

    def __init__(
        self, in_channels: int, hidden_channels: int, normalize: bool, bias: bool = True
    ) -> None:
        super().__init__()
        self.normalize = normalize
        self.lin = torch.nn.Linear(in_channels, hidden_channels, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Embed items."""
        x = x.to(self.lin.weight.dtype)
        x = rms_normalize(x) if self.normalize else x
        h: Tensor = self.lin(x)
        return h
