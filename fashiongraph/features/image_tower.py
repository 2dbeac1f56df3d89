"""Picture encoder of a model of pictures and texts."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import normalize

from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.features.towers import Towers


class ImageTower(PictureEncoder):
    """Picture side of an :class:`~fashiongraph.features.ImageTextEncoder`: rows of length 1.

    Args:
        name: Name of the model.
        towers: The model.
        crop: Whether to prepare pictures as published; else they are padded to a white square.
    """

    def __init__(self, name: str, towers: Towers, crop: bool = False) -> None:
        super().__init__(name, towers.preparation(crop))
        self.towers = towers
        self.num_features = towers.num_features
        self.requires_grad_(False).eval()

    @property
    def settings(self) -> str:
        """The model's settings and the preparation, but not the place of its folder."""
        return f"{type(self).__name__} {self.towers.settings} {self.transform!r}"

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of prepared pictures."""
        return normalize(self.towers.pictures(pixels), dim=1)
