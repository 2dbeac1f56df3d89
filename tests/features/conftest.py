"""A small encoder, and pictures for it to encode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from fashiongraph.features.picture_encoder import PictureEncoder, prepare


class ColourEncoder(PictureEncoder):
    """Mean colour through a fixed matrix; counts the pictures it encodes."""

    num_features = 4

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__("colour", prepare(8, mean=(0.0,) * 3, std=(1.0,) * 3))
        self.weight = torch.nn.Parameter(torch.arange(1.0, 13.0).view(3, 4), requires_grad=False)
        self.encoded = 0
        self.stop_after = stop_after

    def forward(self, pixels: Tensor) -> Tensor:
        if self.stop_after is not None and self.encoded >= self.stop_after:
            raise KeyboardInterrupt
        self.encoded += len(pixels)
        return pixels.mean(dim=(2, 3)) @ self.weight


def colour_row(path: Path) -> np.ndarray:
    """Output of :class:`ColourEncoder` for a square picture of one colour."""
    colour = np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)[0, 0] / 255
    return colour @ np.arange(1.0, 13.0).reshape(3, 4)


@pytest.fixture
def colour_encoder() -> type[ColourEncoder]:
    return ColourEncoder


@pytest.fixture
def expected_row() -> Callable[[Path], np.ndarray]:
    return colour_row


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Eleven square pictures of one colour each, losslessly stored."""
    paths = [tmp_path / "pictures" / f"{i:02d}.png" for i in range(11)]
    paths[0].parent.mkdir()
    for i, path in enumerate(paths):
        Image.new("RGB", (8, 8), (20 * i, 255 - 20 * i, 7 * i)).save(path)
    return paths
