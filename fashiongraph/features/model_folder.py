"""Folders of published models: found on disk, or downloaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fashiongraph.errors import FashionGraphError
from fashiongraph.optional import require

#: Short names of models on the Hugging Face hub.
HUB_NAMES = {
    "siglip2": "google/siglip2-base-patch16-224",
    "clip": "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    "fashion-siglip": "Marqo/marqo-fashionSigLIP",
    "fashion-clip": "patrickjohncyh/fashion-clip",
    "dinov3": "facebook/dinov3-vits16-pretrain-lvd1689m",
    "dinov2": "facebook/dinov2-small",
}
_SETTINGS = ("*.json", "*.txt", "*.model")
_WEIGHTS = ("open_clip_*.safetensors", "model*.safetensors")


def model_folder(name: str | Path, download: bool = False) -> Path:
    """Find the folder of a model.

    Args:
        name: A short name in :data:`HUB_NAMES`, a name on the Hugging Face hub, or a folder.
        download: Whether to download a model that is not on disk: its settings, and its weights
            in safetensors.

    Returns:
        A folder with settings in JSON and weights in safetensors.

    Raises:
        FashionGraphError: If the model is neither on disk nor to be downloaded, or has no weights
            in safetensors: other files would be unpickled.

    Example:
        >>> model_folder("siglip2").name  # doctest: +SKIP
        '75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2'
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _from_hub(str(name), download)
    if not any(any(folder.glob(kind)) for kind in _WEIGHTS):
        found = ", ".join(sorted(file.name for file in folder.iterdir())) or "nothing"
        raise FashionGraphError(
            f"'name' needs a model with weights in safetensors (got {str(name)!r} with {found})"
        )
    return folder


def is_open_clip(folder: Path) -> bool:
    """Whether open_clip reads the model in a folder."""
    return (folder / "open_clip_config.json").is_file() and any(folder.glob(_WEIGHTS[0]))


def refuse_own_code(folder: Path, *files: str) -> None:
    """Check that the settings of a model do not name code in its folder.

    Raises:
        FashionGraphError: If they do.
    """
    for name in files:
        file = folder / name
        if file.is_file() and '"auto_map"' in file.read_text(encoding="utf-8"):
            raise FashionGraphError(
                f"'name' needs a model without code of its own (got 'auto_map' in {str(file)!r})"
            )


def settings_digest(folder: Path) -> str:
    """Digest of all settings in a folder, which include the tokenizer's vocabulary."""
    digest = hashlib.sha256()
    for file in sorted(file for kind in _SETTINGS for file in folder.glob(kind)):
        digest.update(f"{file.name} ".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _from_hub(name: str, download: bool) -> Path:
    hub = require("huggingface_hub", "clip")
    source = HUB_NAMES.get(name, name)
    try:
        folder = _snapshot(hub, source, download, _SETTINGS)
        # One repository may hold the same weights for several libraries.
        first = _WEIGHTS if (folder / "open_clip_config.json").is_file() else _WEIGHTS[1:]
        for kind in first:
            if not any(folder.glob(kind)):
                _snapshot(hub, source, download, [kind])
            if any(folder.glob(kind)):
                break
    except (OSError, ValueError) as error:
        raise FashionGraphError(
            f"'name' needs to be one of {', '.join(HUB_NAMES)}, the folder of a model or, with "
            f"download=True, a name on the Hugging Face hub (got {name!r})"
        ) from error
    return folder


def _snapshot(hub: Any, source: str, download: bool, files: Iterable[str]) -> Path:
    patterns = list(files)
    return Path(
        hub.snapshot_download(source, allow_patterns=patterns, local_files_only=not download)
    )
