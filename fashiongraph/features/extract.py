"""Features of picture files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from numpy.typing import DTypeLike
from torch.utils.data import DataLoader

from fashiongraph.features.encoded_batch import EncodedBatch
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.files import Features
from fashiongraph.features.gather import checked_arguments, gather
from fashiongraph.features.picture_batches import PictureBatches
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.features.pictures import without_warnings


def extract_features(
    paths: Iterable[str | Path],
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
    """Encode picture files, one row of features each.

    With a cache, a picture is encoded once per content and encoder, independent of its path: a
    second run only reads, an interrupted one continues, and a changed picture is encoded again.
    With ``out``, memory does not grow with the number of pictures.

    Args:
        paths: Picture files [n]; an empty path is a missing picture.
        encoder: The network.
        cache: Folder of rows kept between runs.
        out: A ``.npy`` file to write the rows to; the result is then memory-mapped.
        batch_size: Pictures per forward pass; by default 8 on a CPU, whose caches hold no more,
            and 128 on a GPU.
        num_workers: On a CPU, threads that each read, prepare and encode batches; for a GPU,
            processes that read and prepare them. 0 uses the main thread.
        dtype: Type of the rows; half precision is enough for pooled features.
        skip_broken: Whether to skip pictures that cannot be read. Their rows are NaN, ``missing``
            marks them, and ``problems`` has the reasons.
        progress: Whether to show a progress bar on standard error.
        device: Device of the network; by default a GPU if there is one.

    Returns:
        Rows [n, ``encoder.num_features``] in the order of ``paths``.

    Raises:
        DataError: If pictures are missing or broken and ``skip_broken`` is false. The first are
            listed, and the rows of the others are cached.
        FashionGraphError: If an argument is out of range or ``dtype`` too narrow.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> from fashiongraph.features import TorchvisionEncoder
        >>> file = Path(tempfile.mkdtemp()) / "red.png"
        >>> Image.new("RGB", (64, 48), "red").save(file)
        >>> encoder = TorchvisionEncoder("resnet18", weights=None)  # random weights
        >>> extract_features([file], encoder, num_workers=0, progress=False, device="cpu")
        Features(1 rows of 512 float16, 0 missing)
    """
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if batch_size is None:
        batch_size = 8 if place.type == "cpu" else 128
    files, kind = checked_arguments(paths, batch_size, num_workers, dtype)
    store = None if cache is None else FeatureCache(cache, encoder.fingerprint, kind)
    # Convolutions are a quarter faster on a CPU with channels last, and more on a GPU.
    encoder = encoder.eval().to(place).to(memory_format=torch.channels_last)
    batches = PictureBatches(files, encoder.transform, batch_size, store)
    encode = partial(EncodedBatch.encode, encoder=encoder, cache=store)
    if place.type == "cpu" and num_workers:
        encoded = _by_threads(lambda index: encode(batches[index]), len(batches), num_workers)
    else:
        encoded = map(encode, DataLoader(batches, batch_size=None, num_workers=num_workers))
    return gather(encoded, files, encoder, kind, store, out, skip_broken, progress)


def _by_threads(
    encode: Callable[[int], EncodedBatch], count: int, num_threads: int
) -> Iterator[EncodedBatch]:
    """Encoded batches in their order, by threads that are a batch ahead each.

    Decoding and the network both leave Python's lock. Processes that decode would take turns on the
    cores with the threads of the network, which wait for the slowest of them.
    """
    waiting: deque[Future[EncodedBatch]] = deque()
    # The filters of warnings are those of the process: each thread would restore its own.
    with without_warnings(), ThreadPoolExecutor(num_threads) as pool:
        for index in range(count):
            waiting.append(pool.submit(encode, index))
            if len(waiting) > num_threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
