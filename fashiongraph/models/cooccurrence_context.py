"""Encoder of the co-occurrence context of items."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.nn import MaskedLinear


class CooccurrenceContext(torch.nn.Module):
    r"""Masked projection of the mean features of co-occurring items.

    .. math::
        \mathbf{c}_{ik} = \mathbf{W}_c\, \sigma(\mathbf{M}_c^k \odot \mathbf{g}_i), \qquad
        \mathbf{g}_i = \frac{\sum_j n_{ij} \mathbf{f}_j}{\sum_j n_{ij}}

    with :math:`n_{ij}` the number of training outfits that contain both items.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the item embedding per attribute, H.
        num_attributes: Number of attributes, K.
        activation: Activation of the masked features, or :obj:`None`.
        dropout: Probability that the context of an item is set to 0 in training.

    Shapes:
        - **input:** context :math:`(U, F)`
        - **output:** addend of the initial item embeddings :math:`(U, K, H)`

    Raises:
        FashionGraphError: If ``dropout`` lies outside [0, 1].

    Example:
        >>> CooccurrenceContext(8, 16, num_attributes=4)(torch.randn(3, 8)).shape
        torch.Size([3, 4, 16])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_attributes: int,
        activation: str | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 <= dropout <= 1:
            raise FashionGraphError(f"'dropout' needs to lie in [0, 1] (got {dropout})")
        self.encoder = MaskedLinear(
            in_channels, hidden_channels, num_attributes, activation, bias=False
        )
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_attributes = num_attributes
        self.activation = activation
        self.dropout = dropout

    def forward(self, context: Tensor) -> Tensor:
        """Encode contexts."""
        if self.training and self.dropout:
            dropped = torch.rand(len(context), 1, device=context.device) < self.dropout
            context = context.masked_fill(dropped, 0.0)
        h: Tensor = self.encoder(context)
        return h

    def extra_repr(self) -> str:
        """The dropout probability."""
        return f"dropout={self.dropout}"
