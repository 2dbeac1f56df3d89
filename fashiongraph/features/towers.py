"""Base class of networks that encode pictures, and perhaps texts, into one space."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from PIL import Image
from torch import Tensor, nn


class Towers(nn.Module, ABC):
    """Base class of a library's models of pictures and texts.

    Attributes:
        settings: Everything beside the weights that determines the features.
        num_features: Length of a row.
        has_texts: Whether the model encodes texts, too.
        logit_scale: Factor of cosines in the softmax over texts that the model was trained with.
    """

    settings: str
    num_features: int
    has_texts: bool
    logit_scale: float

    @abstractmethod
    def pictures(self, pixels: Tensor) -> Tensor:
        """Encode prepared pictures [B, 3, H, W] to [B, ``num_features``]."""

    @abstractmethod
    def texts(self, texts: list[str]) -> Tensor:
        """Encode texts [B] to [B, ``num_features``]; longer ones than the model reads are cut."""

    @abstractmethod
    def preparation(self, crop: bool) -> Callable[[Image.Image], Tensor]:
        """From an RGB picture to pixels: as published, or without cropping."""
