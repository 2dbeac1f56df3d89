"""From files of pictures to rows of features, in one pass of any length."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from torch.utils.data import DataLoader

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.features import Features
from fashiongraph.features.files import new_array
from fashiongraph.features.picture_batches import PictureBatch, PictureBatches
from fashiongraph.features.picture_encoder import PictureEncoder


def extract_features(
    paths: Sequence[str | Path],
    encoder: PictureEncoder,
    cache: str | Path | None = None,
    out: str | Path | None = None,
    batch_size: int | None = None,
    num_workers: int = 2,
    dtype: DTypeLike = "float16",
    skip_broken: bool = False,
    progress: bool = True,
    device: str | torch.device | None = None,
) -> Features:
    """Encode pictures, row for row with their paths.

    With a cache a picture is encoded once for its content and the encoder, wherever it lies and
    however it is named: a second run only reads, an interrupted one goes on where it stopped, and
    a changed picture is encoded anew. With ``out`` neither pixels nor rows pile up in memory.

    Args:
        paths: Files of pictures [n].
        encoder: The network.
        cache: A folder that keeps rows between runs.
        out: A ``.npy`` file to write the rows to; the result is then memory-mapped.
        batch_size: Pictures per forward pass; by default 8 on a processor, whose caches hold no
            more, and 128 on a GPU.
        num_workers: Processes that read and prepare pictures; 0 reads in this one.
        dtype: Type of the rows; half precision is enough for pooled features.
        skip_broken: Whether to go on without pictures that cannot be read. Their rows are NaN,
            ``missing`` marks them and ``problems`` says why.
        progress: Whether to show a progress bar on standard error.
        device: Where to encode; by default a GPU where there is one.

    Returns:
        Rows [n, ``encoder.num_features``] in the order of ``paths``.

    Raises:
        DataError: If pictures are missing or broken and ``skip_broken`` is false; all are named,
            and what could be encoded is in the cache.
        FashionGraphError: If an argument is out of range or ``dtype`` too narrow.
    """
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if batch_size is None:
        batch_size = 8 if place.type == "cpu" else 128
    kind = _checked(paths, batch_size, num_workers, dtype)
    files = [os.fspath(path) for path in paths]
    store = None
    if cache is not None:
        store = FeatureCache(cache, encoder.fingerprint, kind)
    # Convolutions run a quarter faster on a processor with channels last, and more on a GPU.
    encoder = encoder.eval().to(place).to(memory_format=torch.channels_last)
    batches = PictureBatches(files, encoder.transform, batch_size, store)
    loader = DataLoader(batches, batch_size=None, num_workers=num_workers)
    missing = np.zeros(len(files), dtype=bool)
    problems: dict[str, str] = {}
    shape = (len(files), encoder.num_features)
    with new_array(out, shape, kind) as array, _progress_bar(progress) as bar:
        task = bar.add_task("pictures", total=len(files))
        for batch in loader:
            rows = batch.rows | _encode(batch, encoder, store, kind)
            for row, key in enumerate(batch.keys, start=batch.start):
                array[row] = rows.get(key, np.nan)
                missing[row] = key not in rows
            for offset, reason in batch.problems.items():
                problems[files[batch.start + offset]] = reason
            bar.advance(task, len(batch.keys))
        if problems and not skip_broken:
            listed = "\n".join(f"  {path}: {reason}" for path, reason in problems.items())
            raise DataError(f"{len(problems)} pictures cannot be encoded:\n{listed}")
    return Features(array if out is None else np.load(out, mmap_mode="r"), missing, problems)


def _checked(
    paths: Sequence[str | Path], batch_size: int, num_workers: int, dtype: DTypeLike
) -> np.dtype[Any]:
    if isinstance(paths, (str, Path)):
        raise FashionGraphError(f"'paths' needs a list of files (got {paths!r})")
    foreign = [path for path in paths if not isinstance(path, (str, Path))]
    if foreign:
        raise FashionGraphError(f"'paths' needs names of files (got {foreign[0]!r})")
    if batch_size < 1:
        raise FashionGraphError(f"'batch_size' needs to be a positive integer (got {batch_size})")
    if num_workers < 0:
        raise FashionGraphError(f"'num_workers' needs to be 0 or more (got {num_workers})")
    kind = np.dtype(dtype)
    if not np.issubdtype(kind, np.floating):
        raise FashionGraphError(f"'dtype' needs to be a float type (got {kind.name})")
    return kind


@torch.inference_mode()
def _encode(
    batch: PictureBatch,
    encoder: PictureEncoder,
    store: FeatureCache | None,
    dtype: np.dtype[Any],
) -> dict[bytes, NDArray[np.floating]]:
    """Encode the pictures of a batch that no cache holds, and keep their rows."""
    # A worker looks ahead: an equal picture of an earlier batch may have been stored since.
    rows = {} if store is None else store.get(batch.fresh)
    wanted = [i for i, key in enumerate(batch.fresh) if key not in rows]
    if not wanted:
        return rows
    device = next(encoder.parameters()).device
    pixels = batch.pixels[wanted].to(device, memory_format=torch.channels_last)
    features = encoder(pixels).float().cpu().numpy()
    with np.errstate(over="ignore"):  # said better below
        features = features.astype(dtype)
    if not np.isfinite(features).all():
        raise FashionGraphError(f"'dtype' {dtype.name} does not hold what {encoder.name} gives")
    keys = [batch.fresh[i] for i in wanted]
    if store is not None:
        store.put(keys, features)
    return rows | dict(zip(keys, features, strict=True))


def _progress_bar(show: bool) -> Progress:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not show)
