"""Picture encoder from torchvision's classification networks."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.picture_encoder import PictureEncoder, prepare
from fashiongraph.features.weights import published_weights, read_weights


class TorchvisionEncoder(PictureEncoder):
    """Pooled features of a torchvision classification network.

    By default the features are the input of the classifier: 2,048 of ResNet-50. Several layers are
    pooled by their global averages and concatenated, as in Chen, He, "Dress fashionably: learn
    fashion collocation with deep mixed-category metric learning", AAAI 2018.

    Args:
        name: Name of the network in :mod:`torchvision.models`.
        weights: Name of torchvision's weights (``"IMAGENET1K_V2"``), by default those that
            torchvision names ``"DEFAULT"``; or the path of a ``.pth`` or ``.safetensors`` file
            with a state dict; or :obj:`None` for random weights.
        layers: Names of layers such as ``["layer3", "avgpool"]``; any node of the traced network.
        download: Whether to download torchvision's weights if they are not on disk.

    Attributes:
        widths: Number of features of each layer, in their order in the row.
        transform: The preparation of the published weights, or, for a file or random weights,
            padding to a white square of 224 pixels with ImageNet's mean and deviation.

    Raises:
        FashionGraphError: If the network, its weights or a layer does not exist.
        DataError: If a file of weights is damaged or does not fit the network.

    Example:
        >>> encoder = TorchvisionEncoder("resnet18", weights=None, layers=["layer3", "avgpool"])
        >>> encoder.widths
        (256, 512)
        >>> encoder(torch.zeros(2, 3, 224, 224)).shape
        torch.Size([2, 768])
    """

    def __init__(
        self,
        name: str = "resnet50",
        weights: str | Path | None = "DEFAULT",
        layers: Sequence[str] | None = None,
        download: bool = False,
    ) -> None:
        from torchvision import models
        from torchvision.models.feature_extraction import create_feature_extractor

        names = models.list_models(module=models)
        if name not in names:
            close = ", ".join(difflib.get_close_matches(name, names)) or "torchvision.models"
            raise FashionGraphError(f"'name' needs to be a known network (got {name!r}; {close})")
        transform = prepare(224, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
        published = None
        if isinstance(weights, str) and weights.isidentifier():
            published = published_weights(name, weights, download)
            transform = published.transforms()
        super().__init__(name, transform)
        network = models.get_model(name, weights=published).eval()
        self.layers = _nodes(network, layers)
        self.network = create_feature_extractor(
            network, list(self.layers), suppress_diff_warning=True
        )
        if weights is not None and published is None:
            _load(self.network, set(network.state_dict()), weights)
        self.requires_grad_(False).eval()
        with torch.inference_mode():
            maps = self._maps(transform(Image.new("RGB", (8, 8)))[None])
        self.widths = tuple(features.size(1) for features in maps)
        self.num_features = sum(self.widths)

    @property
    def settings(self) -> str:
        """The network, its layers and the preparation."""
        return f"{super().settings} {self.layers}"

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of prepared pictures."""
        return torch.cat(self._maps(pixels), dim=1)

    def _maps(self, pixels: Tensor) -> list[Tensor]:
        maps = self.network(pixels)
        return [self._pool(maps[layer], layer) for layer in self.layers]

    def _pool(self, features: Tensor, layer: str) -> Tensor:
        """Global average of a map [B, C, H, W] or of tokens [B, T, C]; rows [B, C] stay."""
        if features.dim() == 3:
            return features.mean(dim=1)
        if features.dim() == 4:
            # Swin transformers keep channels last until their node "permute".
            last = self.name.startswith("swin") and layer.startswith(("features", "norm"))
            return features.mean(dim=(1, 2) if last else (2, 3))
        return features


def _nodes(network: nn.Module, layers: Sequence[str] | None) -> tuple[str, ...]:
    """Nodes of the given layers, or the last node before the classifier."""
    from torchvision.models.feature_extraction import get_graph_node_names

    nodes = get_graph_node_names(network, suppress_diff_warning=True)[1]
    if layers is None:
        classifier = list(network.named_children())[-1][0]
        before = takewhile(lambda node: node.partition(".")[0] != classifier, nodes)
        return ([n for n in before if not n.startswith(("flatten", "dropout"))][-1],)
    if isinstance(layers, str) or not layers:
        raise FashionGraphError(f"'layers' needs a list of layers' names (got {layers!r})")
    for layer in layers:
        if not any(node == layer or node.startswith(f"{layer}.") for node in nodes):
            top = ", ".join(dict.fromkeys(node.partition(".")[0] for node in nodes[1:]))
            raise FashionGraphError(f"'layers' needs names in {top} (got {layer!r})")
    if len(set(layers)) < len(layers):
        raise FashionGraphError(f"'layers' needs different layers (got {list(layers)})")
    return tuple(layers)


def _load(network: nn.Module, parameters: set[str], path: str | Path) -> None:
    """Load a state dict; weights that the chosen layers do not use may be missing or differ."""
    state = read_weights(path)
    needed = parameters & set(network.state_dict())
    missing = sorted(k for k in needed - set(state) if not k.endswith("num_batches_tracked"))
    if missing:
        raise DataError(f"lacks {len(missing)} weights of the network, {missing[0]!r}", file=path)
    try:
        network.load_state_dict({k: state[k] for k in needed & set(state)}, strict=False)
    except RuntimeError as error:  # a shape that does not fit
        raise DataError(str(error).splitlines()[-1].strip(), file=path) from error
