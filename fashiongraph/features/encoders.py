"""Encoders by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.efficientnet_lite_encoder import EfficientNetLiteEncoder
from fashiongraph.features.hashed_words import HashedWords
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.features.sentence_encoder import SentenceEncoder
from fashiongraph.features.torchvision_encoder import TorchvisionEncoder


def encoder_kinds(name: str) -> tuple[str, ...]:
    """Kinds of features that an encoder gives: ``"image"``, ``"text"``, ``"columns"``.

    Args:
        name: Name of an encoder.

    Raises:
        FashionGraphError: If there is no such encoder.

    Example:
        >>> encoder_kinds("resnet50"), encoder_kinds("hashed-words")
        (('image',), ('text',))
    """
    if name == "columns":
        return ("columns",)
    if name in ("hashed-words", "all-MiniLM-L6-v2"):
        return ("text",)
    return ("image",)


def image_encoder(
    name: str = "resnet50",
    weights: str | Path | None = "DEFAULT",
    layers: Sequence[str] | None = None,
    download: bool = False,
) -> PictureEncoder:
    """Create a picture encoder by name.

    Args:
        name: ``"efficientnet-lite0"`` or any classification network of torchvision.
        weights: As in :class:`TorchvisionEncoder`; EfficientNet-Lite0 has fixed weights.
        layers: As in :class:`TorchvisionEncoder`.
        download: As in :class:`TorchvisionEncoder`.

    Raises:
        FashionGraphError: If the name, the weights or the layers are unknown.

    Example:
        >>> image_encoder("resnet18", weights=None).num_features
        512
    """
    if name != "efficientnet-lite0":
        return TorchvisionEncoder(name, weights, layers, download)
    if weights != "DEFAULT" or layers is not None:
        raise FashionGraphError("'efficientnet-lite0' brings its weights and reads its last layer")
    return EfficientNetLiteEncoder()


def text_encoder(
    name: str = "hashed-words", download: bool = False
) -> HashedWords | SentenceEncoder:
    """Create a text encoder by name.

    Args:
        name: ``"hashed-words"``, or a model or folder as in :class:`SentenceEncoder`.
        download: As in :class:`SentenceEncoder`.

    Raises:
        FashionGraphError: If the model is neither known nor on disk.

    Example:
        >>> text_encoder("hashed-words")
        HashedWords(384)
    """
    return HashedWords() if name == "hashed-words" else SentenceEncoder(name, download)
