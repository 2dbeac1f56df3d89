"""Files of a checkpoint, each verified against its digest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from operator import methodcaller
from pathlib import Path
from typing import Any

from safetensors.torch import load
from torch import Tensor

from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write, save_tensors

CHECKPOINT = "checkpoint"
"""Kind of the folders that hold a model, for :func:`fashiongraph.files.atomic_write`."""

MODEL_CARD = "model.json"
"""Name of the file with class, configuration, vocabulary and digests."""

_DIGESTS = "sha256"
_ATTEMPTS = 10
_PAUSE = 0.02  # seconds between attempts; a folder is replaced in less than a millisecond


def write_checkpoint(
    path: str | Path, card: Mapping[str, Any], tensors: Mapping[str, Mapping[str, Tensor]]
) -> None:
    """Write a checkpoint atomically.

    Args:
        path: The folder; an earlier checkpoint is replaced.
        card: Content of ``model.json``; digests of the other files are added.
        tensors: Tensors by name of each safetensors file, by its name without the ending.
    """
    with atomic_write(path, kind=CHECKPOINT) as folder:
        folder.mkdir()
        digests = {}
        for name, values in tensors.items():
            file = folder / f"{name}.safetensors"
            save_tensors({k: v.contiguous() for k, v in values.items()}, file)
            with file.open("rb") as stream:
                digests[file.name] = _digest(stream.read())
        text = json.dumps(
            {**card, _DIGESTS: digests}, indent=2, ensure_ascii=False, default=methodcaller("item")
        )
        (folder / MODEL_CARD).write_text(text, encoding="utf-8")


def read_checkpoint(path: str | Path) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    """Read a checkpoint, all files of one version.

    While another process replaces the folder, its files may be missing or belong to two versions;
    then they are read again.

    Args:
        path: The folder.

    Returns:
        Content of ``model.json``, and tensors by name of each safetensors file, as written.

    Raises:
        DataError: If there is no checkpoint, or a file differs from its digest.
        ValueError: If a file is not of its format; OSError if it cannot be read.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(DataError, OSError):
            return _read(Path(path))
        time.sleep(_PAUSE)
    return _read(Path(path))


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    file = folder / MODEL_CARD
    if not file.is_file():
        below = folder / "model"  # where fit() writes it
        hint = f"; one lies in {below}" if (below / MODEL_CARD).is_file() else ""
        raise DataError(f"is no checkpoint: {MODEL_CARD} is missing{hint}", folder)
    card = json.loads(file.read_text(encoding="utf-8"))
    tensors = {}
    for name, expected in dict(card[_DIGESTS]).items():
        if Path(name).name != name:
            raise DataError(f"names a file outside of the checkpoint: {name!r}", file)
        content = (folder / name).read_bytes()
        if _digest(content) != expected:
            raise DataError(
                "the file of the checkpoint is damaged: its SHA-256 digest differs from that in "
                f"{MODEL_CARD}",
                folder / name,
            )
        tensors[Path(name).stem] = load(content)
    return card, tensors


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
