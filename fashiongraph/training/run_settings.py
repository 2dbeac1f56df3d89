"""Settings that determine the result of a training, stored beside its checkpoints."""

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
from fashiongraph.manifest import DAMAGED, check_regular
from fashiongraph.training.outfit_data_module import OutfitDataModule
from fashiongraph.training.outfit_module import OutfitModule
from fashiongraph.training.run_folder import SIGNATURE

_SAMPLE_SIZE = 1024  # rows of features in the checksum: reading all of a large set takes minutes


def run_settings(module: OutfitModule, data: OutfitDataModule) -> dict[str, Any]:
    """Settings of a training and checksums of its data, as JSON values.

    They contain no paths, so that the folder of a training may be moved.

    Args:
        module: Model, objective and training configuration.
        data: Training batches and validation questions.
    """
    items, graph = data.train.items, data.graph
    tensors = [data.train.ptr, data.train.item_id, items.category_id]
    if data.train.weight is not None:
        tensors.append(data.train.weight)
    if items.features is not None:
        rows = torch.linspace(0, max(len(items) - 1, 0), min(_SAMPLE_SIZE, len(items))).long()
        tensors.append(items.features[rows])
    fields = {} if graph is None else graph.to_dict()
    return {
        "model": " ".join(f"{type(module.model).__name__}({module.model.extra_repr()})".split()),
        "objective": " ".join(repr(module.objective).split()),
        **{name: _as_json(value) for name, value in asdict(module.config).items()},
        "seed": data.seed,
        "train": _checksum(*tensors),
        "valid": _checksum(*(tensor for q in data.questions for tensor in (q.item_id, q.target))),
        "graph": _checksum(*(v for _, v in sorted(fields.items()) if torch.is_tensor(v))),
    }


def write_run_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Write the settings of a training."""
    signed = {"signature": SIGNATURE, **settings}
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(signed, indent=2, ensure_ascii=False), encoding="utf-8")


def check_run_settings(
    path: Path, settings: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> None:
    """Check that the settings equal those of the training to resume.

    Args:
        path: File of the settings.
        settings: The settings.
        stored: Settings in the checkpoint. They are newer than the file if the training was killed
            before it had replaced an earlier one.

    Raises:
        DataError: If the file cannot be read.
        FashionGraphError: If settings differ; the message lists them.
    """
    check_regular(path)
    try:
        before = stored or json.loads(path.read_text(encoding="utf-8"))
        differ = [
            f"'{name}' is {value} (was {before.get(name)})"
            for name, value in json.loads(json.dumps(settings)).items()
            if before.get(name) != value
        ]
    except DAMAGED as error:
        raise DataError(f"'resume' needs what the training began with: {error}", path) from error
    if differ:
        raise FashionGraphError(
            f"'resume' needs the settings that the training began with, but {', '.join(differ)}"
        )


def _as_json(value: Any) -> Any:
    """A value itself, or the name of a custom optimiser or scheduler."""
    return getattr(value, "__qualname__", repr(value)) if callable(value) else value


def _checksum(*tensors: Tensor) -> str:
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(f"{tensor.dtype}{list(tensor.shape)}".encode())
        if tensor.numel():  # an empty tensor has no view as bytes
            digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()[:16]
