"""CollocationNet from pixels, trained end to end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from fashiongraph.features.torchvision_encoder import TorchvisionEncoder
from fashiongraph.models.collocation_net import CollocationNet


class PictureCollocationNet(CollocationNet):
    """A torchvision network, several layers of which are pooled, projected and put together.

    Items are read as pictures prepared by :attr:`transform`: an item table whose features are
    pixels [n, 3, H, W], memory-mapped where they are many. The network's layers learn along.

    Args:
        backbone: Name of the network in :mod:`torchvision.models`; the paper's is GoogLeNet.
        layers: Names of its layers, as in :class:`TorchvisionEncoder`. The paper does not name
            its three; the defaults are the last of each resolution.
        weights: Weights to start from, as in :class:`TorchvisionEncoder`. A checkpoint holds
            what training made of them and does not ask for them again.
        out_channels: Size of each layer's projection.
        normalize: Scale each layer's features to a mean square of 1.

    Raises:
        FashionGraphError: If the network, its weights or a layer does not exist.
        DataError: If a file of weights is damaged or does not fit the network.
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
        self.in_channels = 3  # of a picture
        self.backbone = backbone
        self.layers = list(layers)
        self.weights: str | Path | None = None
        self.encoder = encoder
        #: From an RGB picture to pixels [3, H, W].
        self.transform = encoder.transform

    def embed_features(self, x: Tensor) -> Tensor:
        """Embed items: prepared pictures [U, 3, H, W] to vectors of length 1 [U, D]."""
        dtype = next(self.parameters()).dtype
        return super().embed_features(self.encoder(x.to(dtype)))
