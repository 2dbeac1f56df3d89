"""Files of a checkpoint, each verified against its digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any

from safetensors.torch import load
from torch import Tensor

from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write, save_tensors
from fashiongraph.manifest import read_version

CHECKPOINT = "checkpoint"
"""Kind of the folders that hold a model, for :func:`fashiongraph.files.atomic_write`."""

MODEL_CARD = "model.json"
"""Name of the file with class, configuration and vocabulary."""

FORMAT = 1
"""Version of the format. A checkpoint without one, of the first releases, is of version 1."""


def write_checkpoint(
    path: str | Path, card: Mapping[str, Any], tensors: Mapping[str, Mapping[str, Tensor]]
) -> None:
    """Write a checkpoint atomically.

    Args:
        path: The folder; an earlier checkpoint is replaced.
        card: Content of ``model.json``.
        tensors: Tensors by name of each safetensors file, by its name without the ending.
    """
    with atomic_write(path, kind=CHECKPOINT) as folder:
        folder.mkdir()
        for name, values in tensors.items():
            contiguous = {key: value.contiguous() for key, value in values.items()}
            save_tensors(contiguous, folder / f"{name}.safetensors")
        stated = {"format": FORMAT, **card}
        text = json.dumps(stated, indent=2, ensure_ascii=False, default=methodcaller("item"))
        (folder / MODEL_CARD).write_text(text, encoding="utf-8")


def read_checkpoint(path: str | Path) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    """Read a checkpoint, all files of one version and verified against their digests.

    Args:
        path: The folder.

    Returns:
        Content of ``model.json``, and tensors by name of each safetensors file, as written.

    Raises:
        DataError: If there is no checkpoint, a file differs from its digest, or the format is of a
            later version of the library.
        ValueError: If a file is not of its format; OSError if it cannot be read.
    """
    below = Path(path) / "model"  # where fit() writes it
    hint = f"; one lies in {below}" if (below / MODEL_CARD).is_file() else ""
    return read_version(path, CHECKPOINT, _read, hint=hint)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    card = json.loads((folder / MODEL_CARD).read_text(encoding="utf-8"))
    version = card.pop("format", 1)
    if version > FORMAT:
        raise DataError(
            f"the checkpoint needs fashiongraph {card['fashiongraph']} or later: pip install "
            f"--upgrade fashiongraph (its format is {version}, this version reads up to {FORMAT})",
            folder / MODEL_CARD,
        )
    files = sorted(folder.glob("*.safetensors"))
    return card, {file.stem: load(file.read_bytes()) for file in files}
