"""What settles the result of a training, remembered beside its checkpoints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write
from fashiongraph.training.outfit_data_module import OutfitDataModule
from fashiongraph.training.outfit_module import OutfitModule

_SAMPLE = 1024  # rows of features that stand for all: reading those of a large set takes minutes


def run_settings(module: OutfitModule, data: OutfitDataModule) -> dict[str, Any]:
    """What a training is, as JSON can say it: its settings, and checksums of its data.

    Paths are left out, so that a training may move.

    Args:
        module: The model, what it is trained for, and how.
        data: What it reads.
    """
    items, graph = data.train.items, data.graph
    parts = [data.train.ptr, data.train.item_id, items.category_id]
    if items.features is not None:
        rows = torch.linspace(0, max(len(items) - 1, 0), min(_SAMPLE, len(items))).long()
        parts.append(items.features[rows])
    weights = {} if graph is None else graph.to_dict()
    return {
        "model": " ".join(f"{type(module.model).__name__}({module.model.extra_repr()})".split()),
        "objective": " ".join(repr(module.objective).split()),
        **{name: _as_json(value) for name, value in asdict(module.config).items()},
        "seed": data.seed,
        "train": _checksum(*parts),
        "valid": _checksum(*(part for q in data.questions for part in (q.item_id, q.target))),
        "graph": _checksum(*(v for _, v in sorted(weights.items()) if torch.is_tensor(v))),
    }


def write_run_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Remember the settings of a training that begins."""
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(settings, indent=2, ensure_ascii=False), encoding="utf-8")


def check_run_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Refuse to go on with other settings than a training began with.

    Raises:
        DataError: If the file cannot be read.
        FashionGraphError: If a setting differs; all that do are named.
    """
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        differ = [
            f"'{name}' is {value} (was {before.get(name)})"
            for name, value in json.loads(json.dumps(settings)).items()
            if before.get(name) != value
        ]
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"'resume' needs what the training began with: {error}", path) from error
    if differ:
        raise FashionGraphError(
            f"'resume' needs the settings that the training began with, but {', '.join(differ)}"
        )


def _as_json(value: Any) -> Any:
    """An optimiser or scheduler of one's own by its name."""
    return getattr(value, "__qualname__", repr(value)) if callable(value) else value


def _checksum(*tensors: Tensor) -> str:
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(f"{tensor.dtype}{list(tensor.shape)}".encode())
        if tensor.numel():  # nothing has no bytes to view
            digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()[:16]
