"""Features of pictures by an encoder that is tuned on the training outfits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from filelock import FileLock
from torch import Tensor

from fashiongraph.features import ColumnEncoder, extract_features, fuse, image_encoder
from fashiongraph.models import FineTuningNet
from fashiongraph.training import fine_tune_pictures
from harness.pretrained import FOLDER

if TYPE_CHECKING:
    from harness.case import Case

PRECISION = "bf16-mixed"
TUNED = "tuned "


def picture_features(case: Case, encoders: tuple[str, ...]) -> Tensor:
    """Fused features of all items [n, F].

    Args:
        case: A split of a set with pictures, whose training outfits tune encoders.
        encoders: Names of encoders as for ``fashiongraph embed``; ``"tuned NAME"`` is trained on
            the training outfits first, for one epoch. What is tuned is kept in :data:`FOLDER`.
    """
    items, root = case.dataset.items, case.dataset.root
    pictures = [root / name for name in items.column("image")]
    blocks = []
    for name in encoders:
        if name == "columns":
            blocks.append(ColumnEncoder.fit(items.columns)(items.columns).array)
            continue
        if name.startswith(TUNED):
            name = str(_tuned(case, name.removeprefix(TUNED), pictures))
        encoder = image_encoder(name)
        rows = extract_features(pictures, encoder, cache=FOLDER / "rows", progress=False)
        blocks.append(rows.array)
    return torch.from_numpy(fuse(blocks).array)


def _tuned(case: Case, encoder: str, pictures: list[Path]) -> Path:
    """Folder of an encoder that was tuned on the training outfits of a split."""
    made_of = repr((encoder, PRECISION, case.train.item_id.tolist(), case.train.ptr.tolist()))
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:8]
    folder = FOLDER / f"{case.data}_{encoder}_seed{case.seed}_{digest}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):  # several processes may need it at once
        if not (folder / "encoder").is_dir():
            torch.manual_seed(case.seed)
            fine_tune_pictures(
                FineTuningNet(encoder),
                pictures,
                case.train,
                case.valid,
                folder,
                max_epochs=1,
                seed=case.seed,
                precision=PRECISION,
                progress=False,
            )
    return folder / "encoder"
