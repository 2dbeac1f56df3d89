"""Base class of picture encoders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from PIL import Image
from torch import Tensor, nn

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.fingerprint import fingerprint


class PictureEncoder(nn.Module, ABC):
    """Base class of frozen networks that map pixels to a row of features.

    Args:
        name: Name of the network.
        transform: Maps one RGB picture to the network's input [3, H, W].

    Shapes:
        - **input:** pixels [B, 3, H, W]
        - **output:** features [B, ``num_features``]

    Example:
        >>> class MeanColour(PictureEncoder):
        ...     num_features = 3
        ...     def forward(self, pixels):
        ...         return pixels.mean(dim=(2, 3))
        >>> encoder = MeanColour("mean-colour", prepare(32, mean=(0, 0, 0), std=(1, 1, 1)))
        >>> encoder(encoder.transform(Image.new("RGB", (8, 8), "white"))[None])
        tensor([[1., 1., 1.]])
    """

    num_features: int

    def __init__(self, name: str, transform: Callable[[Image.Image], Tensor]) -> None:
        super().__init__()
        self.name = name
        self.transform = transform

    @abstractmethod
    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of prepared pictures."""

    @property
    def settings(self) -> str:
        """Settings that determine the features beside the weights: part of the fingerprint."""
        return f"{type(self).__name__} {self.name} {self.transform!r}"

    @property
    def fingerprint(self) -> str:
        """Digest of the settings and of all weights, equal in all processes and machines.

        Encoders whose features of a picture could differ have different fingerprints.
        """
        return fingerprint(self.settings, self.state_dict())


def prepare(
    size: int, mean: Sequence[float], std: Sequence[float]
) -> Callable[[Image.Image], Tensor]:
    """Pad to a white square of ``size`` pixels, scale to [0, 1] and normalise per channel."""
    from torchvision.transforms import v2

    from fashiongraph.features.pictures import PadToSquare

    steps = [PadToSquare(size), v2.PILToTensor(), v2.ToDtype(torch.float32, scale=True)]
    transform: Callable[[Image.Image], Tensor] = v2.Compose([*steps, v2.Normalize(mean, std)])
    return transform


def normalization(transform: Callable[[Image.Image], Tensor]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation per channel that a preparation normalises by.

    Args:
        transform: Result of :func:`prepare`, or a preset of torchvision.

    Raises:
        FashionGraphError: If it normalises in another way.

    Example:
        >>> normalization(prepare(32, mean=(0.5, 0.5, 0.5), std=(1, 1, 1)))
        ([0.5, 0.5, 0.5], [1.0, 1.0, 1.0])
    """
    last = getattr(transform, "transforms", [transform])[-1]
    if not (hasattr(last, "mean") and hasattr(last, "std")):
        raise FashionGraphError(f"'transform' needs to end by normalising (got {transform!r})")
    return [float(m) for m in last.mean], [float(s) for s in last.std]
