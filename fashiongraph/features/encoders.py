"""Encoders by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.background import RemoveBackground
from fashiongraph.features.colour_encoder import ColourEncoder
from fashiongraph.features.column_encoder import ColumnEncoder
from fashiongraph.features.efficientnet_lite_encoder import EfficientNetLiteEncoder
from fashiongraph.features.hashed_words import HashedWords
from fashiongraph.features.image_text_encoder import ImageTextEncoder
from fashiongraph.features.model_folder import HUB_NAMES, is_open_clip, model_folder
from fashiongraph.features.picture_encoder import PictureEncoder, normalization, prepare
from fashiongraph.features.sentence_encoder import SentenceEncoder
from fashiongraph.features.text_tower import TextTower
from fashiongraph.features.torchvision_encoder import TorchvisionEncoder
from fashiongraph.features.tuned_encoder import ENCODER_CARD, read_picture_encoder
from fashiongraph.manifest import DAMAGED, check_regular

_TEXTS = ("hashed-words", "all-MiniLM-L6-v2")


def encoder_kinds(name: str, download: bool = False) -> tuple[str, ...]:
    """Kinds of features that an encoder gives.

    Args:
        name: ``"columns"``, or a name for :func:`image_encoder` or :func:`text_encoder`.
        download: Whether to download a model of the Hugging Face hub that is not on disk.

    Returns:
        One or two of ``"image"``, ``"text"``, ``"colours"`` and ``"columns"``.

    Raises:
        FashionGraphError: If a model of the hub is not on disk.
        DataError: If a folder holds no model.

    Example:
        >>> encoder_kinds("resnet50"), encoder_kinds("hashed-words")
        (('image',), ('text',))
    """
    if name in ("colours", "columns"):
        return (name,)
    if name in _TEXTS:
        return ("text",)
    if not _is_published(name) or _is_tuned(name):
        return ("image",)
    folder = model_folder(name, download)
    if (folder / "modules.json").is_file():  # of sentence-transformers
        return ("text",)
    file = folder / "config.json"
    if is_open_clip(folder):
        return ("image", "text")
    check_regular(file)
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except DAMAGED as error:
        raise DataError(f"the folder of an encoder needs settings ({error})", file) from error
    if not isinstance(config, dict):
        raise DataError("the folder of an encoder needs settings by name", file)
    return ("image", "text") if "text_config" in config else ("image",)


def image_encoder(
    name: str = "resnet50",
    weights: str | Path | None = "DEFAULT",
    layers: Sequence[str] | None = None,
    download: bool = False,
) -> PictureEncoder:
    """Create a picture encoder by name.

    Args:
        name: ``"colours"`` (:class:`ColourEncoder`); ``"efficientnet-lite0"``, ``1`` or ``2``; any
            classification network of torchvision; a model of :class:`ImageTextEncoder`; or the
            folder of a fine-tuned encoder (:func:`fashiongraph.training.fine_tune_pictures`).
        weights: For torchvision, as in :class:`TorchvisionEncoder`.
        layers: For torchvision, as in :class:`TorchvisionEncoder`.
        download: Whether to download weights that are not on disk.

    Raises:
        FashionGraphError: If the name, the weights or the layers are unknown, or given for another
            encoder.

    Example:
        >>> image_encoder("resnet18", weights=None).num_features
        512
    """
    lite = name.startswith("efficientnet-lite")
    if name != "colours" and not lite and not _is_published(name):
        return TorchvisionEncoder(name, weights, layers, download)
    for argument, value, default in (("weights", weights, "DEFAULT"), ("layers", layers, None)):
        if value != default:
            raise FashionGraphError(
                f"'{argument}' needs a network of torchvision (got {value!r} for {name!r})"
            )
    if name == "colours":
        return ColourEncoder()
    if _is_tuned(name):
        return _tuned(name)
    return EfficientNetLiteEncoder(name) if lite else _image_text(name, download).image


def text_encoder(
    name: str = "hashed-words", download: bool = False
) -> HashedWords | SentenceEncoder | TextTower:
    """Create a text encoder by name.

    Args:
        name: ``"hashed-words"``; a model or folder as in :class:`SentenceEncoder`; or a model of
            :class:`ImageTextEncoder`.
        download: Whether to download weights that are not on disk.

    Raises:
        FashionGraphError: If the model is neither known nor on disk, or has no texts.

    Example:
        >>> text_encoder("hashed-words")
        HashedWords(384)
    """
    if name == "hashed-words":
        return HashedWords()
    if name in HUB_NAMES or encoder_kinds(name, download) != ("text",):
        return _image_text(name, download).text
    return SentenceEncoder(name, download)


def encoder_of(
    kind: str, name: str, settings: Mapping[str, Any], download: bool = False
) -> PictureEncoder | HashedWords | SentenceEncoder | TextTower | ColumnEncoder:
    """Create the encoder of one kind of features from the settings that a feature card keeps.

    Args:
        kind: ``"image"``, ``"text"``, ``"colours"`` or ``"columns"``.
        name: Name of the encoder.
        settings: ``weights``, ``layers`` and ``remove_background`` of an encoder of pictures;
            ``columns`` of one of columns, as its ``config``.
        download: Whether to download weights that are not on disk.

    Raises:
        FashionGraphError: As :func:`image_encoder` and :func:`text_encoder`.

    Example:
        >>> encoder_of("text", "hashed-words", {"column": "title"})
        HashedWords(384)
    """
    if kind == "columns":
        return ColumnEncoder(settings["columns"])
    if kind == "text":
        return text_encoder(name, download)
    weights, layers = settings.get("weights", "DEFAULT"), settings.get("layers")
    encoder = image_encoder(name, weights, layers, download)
    if settings.get("remove_background"):
        from torchvision.transforms import v2

        encoder.transform = v2.Compose([RemoveBackground(), encoder.transform])
    return encoder


def _is_published(name: str) -> bool:
    """Whether a name is that of a model in a folder or on the Hugging Face hub."""
    return name in HUB_NAMES or "/" in name or Path(name).is_dir()


def _is_tuned(name: str) -> bool:
    """Whether a name is the folder of a fine-tuned picture encoder."""
    return (Path(name) / ENCODER_CARD).is_file()


def _tuned(name: str) -> PictureEncoder:
    """A fine-tuned picture encoder, with pictures of the size of its training."""
    card, weights = read_picture_encoder(name)
    backbone = card["backbone"]
    # Of torchvision no weights are needed; other encoders come with theirs.
    packaged = backbone.startswith("efficientnet-lite") or _is_published(backbone)
    encoder = image_encoder(backbone, "DEFAULT" if packaged else None, card["layers"])
    try:
        encoder.load_state_dict(weights)
    except RuntimeError as error:
        raise DataError(f"the weights do not fit {backbone}: {error}", name) from error
    mean, std = normalization(encoder.transform)
    encoder.transform = prepare(card["size"], mean, std)
    return encoder


@lru_cache(maxsize=1)
def _image_text(name: str, download: bool) -> ImageTextEncoder:
    """A model of pictures and texts, loaded once for both."""
    return ImageTextEncoder(name, download)
