"""CollocationNet trained end to end on pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from fashiongraph.features.torchvision_encoder import TorchvisionEncoder
from fashiongraph.models.collocation_net import CollocationNet


class PictureCollocationNet(CollocationNet):
    """CollocationNet on pooled and projected layers of a torchvision network, trained end to end.

    The features of an item are the pixels [3, H, W] of a picture prepared by :attr:`transform`;
    many pictures are memory-mapped. The weights of the network are trained with the projections.

    Args:
        backbone: Name of the network in :mod:`torchvision.models`; the paper uses GoogLeNet.
        layers: Names of its layers, as in :class:`~fashiongraph.features.TorchvisionEncoder`. The
            paper does not name its three layers; the defaults are the last of each resolution.
        weights: Initial weights, as in :class:`~fashiongraph.features.TorchvisionEncoder`. A
            checkpoint contains the trained weights and is loaded without the initial ones.
        out_channels: Size of the projection of each layer.
        normalize: Scale the features of each layer to a mean square of 1.

    Raises:
        FashionGraphError: If the network, its weights or a layer does not exist.
        DataError: If a file of weights is damaged or does not fit the network.

    Example:
        >>> import torch
        >>> model = PictureCollocationNet("resnet18", layers=["layer1", "layer2"], out_channels=8)
        >>> model.embed_features(torch.rand(2, 3, 64, 64)).shape
        torch.Size([2, 16])
    """

    def __init__(
        self,
        backbone: str = "googlenet",
        layers: Sequence[str] = ("inception3b", "inception4e", "inception5b"),
        weights: str | Path | None = None,
        out_channels: int = 128,
        normalize: bool = True,
    ) -> None:
        encoder = TorchvisionEncoder(backbone, weights, layers).requires_grad_(True).train()
        super().__init__(encoder.num_features, out_channels, encoder.widths, normalize)
        self.in_channels = 3  # RGB
        self.backbone = backbone
        self.layers = list(layers)
        self.weights: str | Path | None = None
        self.encoder = encoder
        #: Transform of an RGB picture to pixels [3, H, W].
        self.transform = encoder.transform

    def embed_features(self, x: Tensor) -> Tensor:
        """Embed items: prepared pictures [U, 3, H, W] to vectors of length 1 [U, D]."""
        dtype = next(self.parameters()).dtype
        return super().embed_features(self.encoder(x.to(dtype)))
