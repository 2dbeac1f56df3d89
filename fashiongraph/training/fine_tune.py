"""Fine-tuning of an encoder of pictures or texts on outfits."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from rich.console import Console
from rich.progress import track
from torch.utils.data import DataLoader

from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.files import new_array
from fashiongraph.features.gather import problem_lines
from fashiongraph.features.picture_batches import PictureBatches
from fashiongraph.features.pictures import PadToSquare
from fashiongraph.features.tuned_encoder import (
    ENCODER,
    write_picture_encoder,
    write_training_outfits,
)
from fashiongraph.files import atomic_write
from fashiongraph.models.fine_tuning_net import FineTuningNet
from fashiongraph.models.sentence_collocation_net import SentenceCollocationNet
from fashiongraph.objectives.context_softmax_objective import ContextSoftmaxObjective
from fashiongraph.objectives.in_batch_objective import InBatchObjective
from fashiongraph.training.fit import fit
from fashiongraph.training.training_config import TrainingConfig

PICTURES = TrainingConfig(batch_size=16, learning_rate=2e-4, weight_decay=0.01)
"""Default training configuration of picture encoders."""

TEXTS = TrainingConfig(learning_rate=1e-4)
"""Default training configuration of text encoders."""


@dataclass(frozen=True, eq=False)
class FineTuned:
    """Result of a fine-tuning.

    Args:
        folder: Folder of the encoder, for ``fashiongraph embed --encoder``.
        history: Losses and validation metrics by epoch.
        left_out: Number of outfits that were left out, since a picture or text is missing.

    Example:
        >>> tuned = FineTuned(Path("runs/tuned/encoder"), pd.DataFrame(), left_out=3)
        >>> tuned.folder.name
        'encoder'
    """

    folder: Path
    history: pd.DataFrame
    left_out: int


def fine_tune_pictures(
    net: FineTuningNet,
    pictures: Sequence[str | Path],
    train: Outfits,
    valid: Outfits,
    directory: str | Path,
    config: TrainingConfig = PICTURES,
    skip_broken: bool = False,
    num_workers: int = 2,
    progress: bool = True,
    **settings: Any,
) -> FineTuned:
    """Train a picture encoder on outfits, and write it to ``directory/encoder``.

    Only training outfits are trained on. The keys of them are stored with the encoder, so that a
    training on its features refuses a split whose other outfits it has seen.

    Args:
        net: The encoder with its projection.
        pictures: Picture file of each item of the item table [n]; an empty path is a missing one.
        train: Training outfits.
        valid: Validation outfits, which choose the epoch.
        directory: Folder of the training, as for :func:`fit`.
        config: Training configuration.
        skip_broken: Whether to leave out outfits with a picture that is missing or broken.
        num_workers: Processes that read pictures.
        progress: Whether to show progress bars.
        **settings: Further arguments of :func:`fit`.

    Raises:
        DataError: If pictures of the outfits are missing or broken and ``skip_broken`` is false.
        FashionGraphError: As :func:`fit`.

    Example:
        >>> net = FineTuningNet("efficientnet-lite0", size=128)  # doctest: +SKIP
        >>> tuned = fine_tune_pictures(net, paths, train, valid, "runs/encoder")  # doctest: +SKIP
    """
    place = Path(directory).expanduser()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pixels.", dir=place.parent) as scratch:
        file = Path(scratch) / "pixels.npy"
        missing = _write_pixels(file, pictures, net.size, num_workers, progress)
        if missing and not skip_broken:
            listed = "".join(f"\n  {line}" for line in problem_lines(missing))
            raise DataError(f"{len(missing):,} pictures cannot be read:{listed}")
        broken = torch.tensor([str(path) in missing for path in pictures])
        pixels = torch.from_numpy(np.load(file, mmap_mode="c"))
        items = train.items.with_features(pixels)
        seen, kept = (_complete(outfits, broken).with_items(items) for outfits in (train, valid))
        history = fit(
            net,
            seen,
            kept,
            objective=ContextSoftmaxObjective(),
            config=config,
            directory=place,
            progress=progress,
            **settings,
        )
    folder = place / "encoder"
    weights, keys = net.encoder.state_dict(), outfit_keys(seen).numpy()
    write_picture_encoder(folder, weights, net.backbone, net.layers, net.size, keys)
    return FineTuned(folder, history, len(train) + len(valid) - len(seen) - len(kept))


def fine_tune_texts(
    net: SentenceCollocationNet,
    texts: pd.Series[str],
    train: Outfits,
    valid: Outfits,
    directory: str | Path,
    config: TrainingConfig = TEXTS,
    progress: bool = True,
    **settings: Any,
) -> FineTuned:
    """Train a sentence encoder on outfits, and write it to ``directory/encoder``.

    See :func:`fine_tune_pictures`. The folder is one of sentence-transformers.

    Args:
        net: The encoder.
        texts: Text of each item of the item table [n].
        train: Training outfits.
        valid: Validation outfits, which choose the epoch.
        directory: Folder of the training, as for :func:`fit`.
        config: Training configuration.
        progress: Whether to show a progress bar.
        **settings: Further arguments of :func:`fit`.

    Raises:
        FashionGraphError: As :func:`fit`.

    Example:
        >>> net = SentenceCollocationNet()  # doctest: +SKIP
        >>> tuned = fine_tune_texts(net, titles, train, valid, "runs/encoder")  # doctest: +SKIP
    """
    place = Path(directory).expanduser()
    items = train.items.with_features(net.tokens(texts))
    missing = torch.tensor((texts.fillna("").str.strip() == "").to_numpy(dtype=bool))
    seen, kept = (_complete(outfits, missing).with_items(items) for outfits in (train, valid))
    history = fit(
        net,
        seen,
        kept,
        objective=InBatchObjective(),
        config=config,
        directory=place,
        progress=progress,
        **settings,
    )
    folder = place / "encoder"
    with atomic_write(folder, kind=ENCODER) as draft:
        net.encoder.save_pretrained(str(draft), safe_serialization=True)
        write_training_outfits(draft, outfit_keys(seen).numpy())
    return FineTuned(folder, history, len(train) + len(valid) - len(seen) - len(kept))


def _complete(outfits: Outfits, missing: torch.Tensor) -> Outfits:
    """The outfits without a missing item."""
    broken = torch.zeros(len(outfits), dtype=torch.bool)
    broken[outfits.batch[missing[outfits.item_id]]] = True
    if broken.all():
        raise FashionGraphError("'train' and 'valid' need outfits whose items are all present")
    return outfits.select(torch.nonzero(~broken).flatten())


def _write_pixels(
    file: Path,
    pictures: Sequence[str | Path],
    size: int,
    num_workers: int,
    progress: bool,
) -> dict[str, str]:
    """Write pixels of 8 bits [n, 3, size, size], white for missing pictures.

    Returns:
        Reasons of missing pictures by path.
    """
    from torchvision.transforms import v2

    transform = v2.Compose([PadToSquare(size), v2.PILToTensor()])
    batches = PictureBatches(pictures, transform, batch_size=16)
    loader = DataLoader(batches, batch_size=None, num_workers=num_workers)
    problems = {}
    shown = track(
        loader,
        "reading pictures",
        total=len(batches),
        disable=not progress,
        console=Console(stderr=True),
    )
    with new_array(file, (len(pictures), 3, size, size), np.uint8) as pixels:
        for batch in shown:
            place = {key: index for index, key in enumerate(batch.fresh)}
            for row, key in enumerate(batch.keys, start=batch.start):
                pixels[row] = batch.pixels[place[key]].numpy() if key in place else 255
            for offset, reason in batch.problems.items():
                problems[str(pictures[batch.start + offset])] = reason
    return problems
