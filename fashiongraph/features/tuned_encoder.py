"""Folders of encoders that were fine-tuned on outfits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.errors import DataError
from fashiongraph.features.weights import read_weights
from fashiongraph.files import atomic_write, save_tensors
from fashiongraph.manifest import DAMAGED, check_regular

ENCODER = "encoder"
"""Kind of the folder of a fine-tuned encoder."""

ENCODER_CARD = "encoder.json"
WEIGHTS = "weights.safetensors"
_OUTFITS = "training_outfits.npy"


def write_picture_encoder(
    path: str | Path,
    weights: dict[str, Tensor],
    backbone: str,
    layers: Sequence[str] | None,
    size: int,
    outfits: NDArray[np.int64],
) -> None:
    """Write the folder of a fine-tuned picture encoder, which ``image_encoder`` reads.

    Args:
        path: The folder.
        weights: State dict of the encoder.
        backbone: Name of the encoder before.
        layers: Its layers.
        size: Side of the square pictures, in pixels.
        outfits: Keys of the training outfits (:func:`fashiongraph.data.outfit_keys`).
    """
    card = {"backbone": backbone, "layers": layers, "size": size}
    with atomic_write(path, kind=ENCODER) as folder:
        folder.mkdir()
        save_tensors(
            {name: value.contiguous() for name, value in weights.items()}, folder / WEIGHTS
        )
        (folder / ENCODER_CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")
        np.save(folder / _OUTFITS, outfits)


def read_picture_encoder(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read the card and the weights of a fine-tuned picture encoder.

    Raises:
        DataError: If the folder holds none, or a damaged one.
    """
    file = Path(path) / ENCODER_CARD
    check_regular(file)
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
        found = {name: card[name] for name in ("backbone", "layers", "size")}
    except DAMAGED as error:
        raise DataError(f"no card of a fine-tuned encoder ({error})", file) from error
    return found, read_weights(Path(path) / WEIGHTS)


def write_training_outfits(path: Path, outfits: NDArray[np.int64]) -> None:
    """Write the keys of training outfits beside a fine-tuned encoder.

    Args:
        path: Folder of the encoder.
        outfits: The keys.
    """
    np.save(path / _OUTFITS, outfits)


def read_training_outfits(path: str | Path) -> NDArray[np.int64] | None:
    """Keys of the outfits that an encoder was fine-tuned on; :obj:`None` if it was not.

    Args:
        path: Folder or name of an encoder.

    Raises:
        DataError: If the file of keys is damaged.
    """
    file = Path(path) / _OUTFITS
    if not file.is_file():
        return None
    try:
        keys: NDArray[np.int64] = np.load(file, allow_pickle=False)
    except DAMAGED as error:
        raise DataError(f"keys of outfits cannot be read ({error})", file) from error
    if keys.dtype != np.int64 or keys.ndim != 1:
        raise DataError(f"needs keys of outfits (got {keys.dtype} of shape {keys.shape})", file)
    return keys
