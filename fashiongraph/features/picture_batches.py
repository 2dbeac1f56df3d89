"""PyTorch data set of batches of pictures, for worker processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from fashiongraph.errors import DataError
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.pictures import decode_picture, picture_bytes


class CachedKeys:
    """Keys of a :class:`~fashiongraph.features.feature_cache.FeatureCache`, without its rows.

    A substitute for the cache in processes on other machines: cached pictures are not decoded
    there, and their rows are read by the process with the cache. The keys are one array, which
    processes of a machine can share.

    Args:
        keys: Digests of pictures, all of one length.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        # NumPy drops trailing zero bytes, so a key must not end in one.
        self._keys = np.sort(np.array([key + b"." for key in keys], dtype=np.bytes_))

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, keys: Iterable[bytes]) -> dict[bytes, NDArray[np.floating]]:
        """An empty row for each of the given keys that is cached."""
        wanted = list(keys)
        if not len(self) or not wanted:
            return {}
        ended = np.array([key + b"." for key in wanted], dtype=np.bytes_)
        place = np.minimum(np.searchsorted(self._keys, ended), len(self) - 1)
        found = self._keys[place] == ended
        return {key: np.empty(0) for key, hit in zip(wanted, found, strict=True) if hit}


@dataclass
class PictureBatch:
    """Batch of pictures, each with its pixels, its cached row, or the reason for neither.

    Args:
        start: Index of the first picture.
        keys: Digest of each picture's bytes, empty if the file cannot be read.
        pixels: Prepared pictures that are not cached [m, 3, H, W], once per content.
        fresh: Key of each of them.
        rows: Cached rows by key.
        problems: Reason why a picture cannot be encoded, by its position in the batch.
    """

    start: int
    keys: list[bytes]
    pixels: Tensor
    fresh: list[bytes]
    rows: dict[bytes, NDArray[np.floating]]
    problems: dict[int, str]


class PictureBatches(Dataset[PictureBatch]):
    """Data set of batches of pictures, in the order of their paths.

    A :class:`~torch.utils.data.DataLoader` with ``batch_size=None`` hashes, looks up, decodes and
    prepares pictures in its workers.

    Args:
        paths: Files of pictures.
        transform: From an RGB picture to pixels [3, H, W].
        batch_size: Pictures per item of the data set.
        cache: Cached rows, or their keys.

    Example:
        >>> import tempfile
        >>> from torchvision.transforms.functional import pil_to_tensor
        >>> file = f"{tempfile.mkdtemp()}/red.png"
        >>> Image.new("RGB", (4, 4), "red").save(file)
        >>> batch = PictureBatches([file, file, "missing.png"], pil_to_tensor, batch_size=3)[0]
        >>> batch.pixels.shape, batch.problems
        (torch.Size([1, 3, 4, 4]), {2: 'cannot be read (No such file or directory)'})
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        transform: Callable[[Image.Image], Tensor],
        batch_size: int,
        cache: FeatureCache | CachedKeys | None = None,
    ) -> None:
        # One array of bytes: a list of a million strings would be copied into every worker,
        # page by page, as reference counts change.
        self.paths = np.array([os.fsencode(path) for path in paths], dtype=np.bytes_)
        self.transform = transform
        self.batch_size = batch_size
        self.cache = cache

    def __len__(self) -> int:
        return -(-len(self.paths) // self.batch_size)

    def __getitem__(self, index: int) -> PictureBatch:
        start = index * self.batch_size
        paths = [os.fsdecode(p) for p in self.paths[start : start + self.batch_size].tolist()]
        contents = [_bytes_or_error(path) for path in paths]
        keys = [hashlib.sha256(c).digest() if isinstance(c, bytes) else b"" for c in contents]
        once = {key: place for place, key in enumerate(keys) if key}
        rows = {} if self.cache is None else self.cache.get(once)
        prepared = {
            key: self._pixels_or_error(contents[place], paths[place])
            for key, place in once.items()
            if key not in rows
        }
        outcomes = [prepared.get(key, c) for key, c in zip(keys, contents, strict=True)]
        problems = {i: o.rule for i, o in enumerate(outcomes) if isinstance(o, DataError)}
        pixels = {key: o for key, o in prepared.items() if isinstance(o, Tensor)}
        stacked = torch.stack(list(pixels.values())) if pixels else torch.empty(0)
        return PictureBatch(start, keys, stacked, list(pixels), rows, problems)

    def _pixels_or_error(self, content: bytes | DataError, path: str) -> Tensor | DataError:
        if isinstance(content, DataError):
            return content
        try:
            return self.transform(decode_picture(content, path))
        except DataError as error:
            return error


def _bytes_or_error(path: str) -> bytes | DataError:
    try:
        return picture_bytes(path)
    except DataError as error:
        return error
