"""Projection of the pooled features of several layers of a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch_geometric.nn.inits import reset

from fashiongraph.nn.functional import check_channels, l2_normalize, rms_normalize


class LayerProjection(torch.nn.Module):
    r"""Concatenated linear projections of several layers' features, scaled to length 1.

    .. math::
        \mathbf{e}_i = \frac{\mathbf{z}_i}{\lVert \mathbf{z}_i \rVert_2}, \qquad
        \mathbf{z}_i = [\mathbf{W}_1 \mathbf{f}_i^1 + \mathbf{b}_1; \ldots;
        \mathbf{W}_L \mathbf{f}_i^L + \mathbf{b}_L]

    Args:
        in_channels: Number of features of each layer, in their order in a row.
        out_channels: Size of each projection; :obj:`None` leaves the features as they are.
        normalize: Scale each layer's features to a mean square of 1 first, so that one training
            configuration suits layers of any scale.

    Shapes:
        - **input:** features :math:`(U, F)`, F the sum of ``in_channels``
        - **output:** embeddings :math:`(U, D)`, D the number of layers times ``out_channels``

    Raises:
        ValueError: If a size is not positive.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import LayerProjection
        >>> projection = LayerProjection(in_channels=[480, 832, 1024], out_channels=128)
        >>> projection(torch.randn(3, 480 + 832 + 1024)).shape
        torch.Size([3, 384])
    """

    def __init__(
        self, in_channels: Sequence[int], out_channels: int | None = 128, normalize: bool = True
    ) -> None:
        super().__init__()
        if not in_channels or min(in_channels) < 1:
            raise ValueError(
                f"'in_channels' needs positive numbers of features (got {list(in_channels)})"
            )
        if out_channels is not None and out_channels < 1:
            raise ValueError(
                f"'out_channels' needs to be a positive integer or None (got {out_channels})"
            )
        self.in_channels = list(in_channels)
        self.out_channels = out_channels
        self.normalize = normalize
        self.lins = torch.nn.ModuleList(
            [] if out_channels is None else [torch.nn.Linear(c, out_channels) for c in in_channels]
        )

    def reset_parameters(self) -> None:
        """Reset the projections."""
        reset(self.lins)

    @property
    def widths(self) -> list[int]:
        """Number of components of an embedding that come from each layer."""
        if self.out_channels is None:
            return self.in_channels
        return [self.out_channels] * len(self.in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Embed items.

        Args:
            x: Features of all layers side by side [U, F].

        Raises:
            ValueError: If the features have another size.
        """
        check_channels(x, sum(self.in_channels))
        layers = list(x.split(self.in_channels, dim=-1))
        if self.normalize:
            layers = [rms_normalize(layer) for layer in layers]
        if self.lins:
            layers = [lin(layer) for lin, layer in zip(self.lins, layers, strict=True)]
        return l2_normalize(torch.cat(layers, dim=-1))

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.in_channels}, out_channels={self.out_channels}, normalize={self.normalize}"
