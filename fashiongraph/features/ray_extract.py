"""Features of picture files with Ray Data, on many processes or machines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from numpy.typing import DTypeLike
from PIL import Image
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.encoded_batch import EncodedBatch
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.files import Features
from fashiongraph.features.gather import checked_arguments, gather
from fashiongraph.features.picture_batches import CachedKeys, PictureBatches
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.optional import require
from fashiongraph.ray_session import ray_session

_PICTURES = 64  # per block of Ray: some 40 MB of pixels


def extract_features_with_ray(
    paths: Iterable[str | Path],
    encoder: PictureEncoder,
    cache: str | Path | None = None,
    out: str | Path | None = None,
    batch_size: int | None = None,
    num_workers: int | None = None,
    dtype: DTypeLike = "float16",
    skip_broken: bool = False,
    progress: bool = True,
    device: str | torch.device | None = None,
    address: str | None = None,
) -> Features:
    """Encode pictures as :func:`~fashiongraph.features.extract_features`, with Ray Data.

    Needs the extra ``ray``. Without GPUs each process reads and encodes; with GPUs each GPU encodes
    pictures that processes on any machine read. Only the calling process uses cache and output, so
    machines need to share only the pictures, under the same paths. Cached pictures are neither
    decoded nor encoded. An equal picture in another batch of the same run is encoded again.

    Args:
        paths: As there.
        encoder: As there. Its class needs to be importable on all machines.
        cache: As there.
        out: As there.
        batch_size: As there.
        num_workers: Largest number of processes that read pictures; by default Ray's choice.
        dtype: As there.
        skip_broken: As there.
        progress: As there.
        device: ``"cpu"`` or ``"cuda"``; by default GPUs if the cluster has any.
        address: A cluster, such as ``"auto"`` or ``"host:6379"``; by default one is started on this
            machine and stopped afterwards. An open session of Ray is used instead and stays open.

    Raises:
        DataError: As there.
        FashionGraphError: As there, or if Ray is not installed, the cluster does not answer, or it
            lacks the device.

    Example:
        >>> from fashiongraph.features import image_encoder
        >>> encoder = image_encoder("resnet50", "IMAGENET1K_V2")  # doctest: +SKIP
        >>> rows = extract_features_with_ray(paths, encoder, cache="cache")  # doctest: +SKIP
    """
    if num_workers is not None and num_workers < 1:
        raise FashionGraphError(f"'num_workers' needs to be 1 or more (got {num_workers})")
    size = 1 if batch_size is None else batch_size
    files, kind = checked_arguments(paths, size, 1, dtype)
    store = None if cache is None else FeatureCache(cache, encoder.fingerprint, kind)
    with ray_session(address) as ray:
        ray_data = ray.data
        place = _place(ray, device)
        size = batch_size or (8 if place == "cpu" else 128)
        starts = range(0, len(files), size)
        absolute = [os.fsencode(os.path.abspath(file) if file else "") for file in files]
        pictures = ray_data.from_items(
            [{"start": start, "paths": absolute[start : start + size]} for start in starts],
            override_num_blocks=max(1, len(files) // max(size, _PICTURES)),
        )
        cached = ray.put(CachedKeys([] if store is None else store.keys()))
        reading = {"transform": encoder.transform, "cached": cached}
        weights = ray.put(encoder.eval().cpu())
        if place == "cpu":  # with equal resources and no task pool, Ray fuses both steps
            read = pictures.map(_read, fn_kwargs=reading, num_cpus=1)
            pool = ray_data.ActorPoolStrategy(min_size=1, max_size=num_workers)
            needs = {"num_cpus": 1}
        else:
            tasks = ray_data.TaskPoolStrategy(size=num_workers)
            read = pictures.map(_read, fn_kwargs=reading, num_cpus=1, compute=tasks)
            pool = ray_data.ActorPoolStrategy(min_size=1)
            needs = {"num_gpus": 1}
        rows = read.map(_Encode, fn_constructor_args=(weights, place), compute=pool, **needs)
        encoded = (_with_cached_rows(row["batch"], store) for row in rows.iter_rows())
        return gather(encoded, files, encoder, kind, store, out, skip_broken, progress)


def _read(
    row: dict[str, Any], transform: Callable[[Image.Image], Tensor], cached: Any
) -> dict[str, Any]:
    """Read a batch of pictures, in a process of Ray."""
    keys: CachedKeys = require("ray", "ray").get(cached)
    paths = [os.fsdecode(path) for path in row["paths"]]
    batch = PictureBatches(paths, transform, len(paths), keys)[0]
    return {"batch": replace(batch, start=int(row["start"]))}


class _Encode:
    """Ray actor that holds the encoder."""

    def __init__(self, encoder: Any, place: str) -> None:
        loaded: PictureEncoder = require("ray", "ray").get(encoder)
        self.encoder = loaded.to(place).to(memory_format=torch.channels_last)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"batch": EncodedBatch.encode(row["batch"], self.encoder)}


def _with_cached_rows(batch: EncodedBatch, store: FeatureCache | None) -> EncodedBatch:
    """Read the rows of pictures that were skipped as cached."""
    return batch if store is None else replace(batch, rows=store.get(batch.rows))


def _place(ray: Any, device: str | torch.device | None) -> str:
    """Device on which to encode."""
    has_gpus = ray.cluster_resources().get("GPU", 0) >= 1
    place = torch.device(device or ("cuda" if has_gpus else "cpu")).type
    if place not in ("cpu", "cuda") or (place == "cuda" and not has_gpus):
        raise FashionGraphError(
            f"'device' needs to be 'cpu', or 'cuda' where the cluster has a GPU (got {device!r})"
        )
    return place
