"""Which pictures a cache holds, for processes that cannot open it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class KnownPictures:
    """The keys of a :class:`~fashiongraph.features.feature_cache.FeatureCache`, without its rows.

    It stands in for the cache where pictures are read on other machines: what is known there need
    not be decoded, and the row is looked up where the cache lies. One array, which many processes
    of a machine can share.

    Args:
        keys: Digests of pictures, all of one length.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        # NumPy drops zeros at the end of bytes, so that a key must not end in one.
        self._keys = np.sort(np.array([key + b"." for key in keys], dtype=np.bytes_))

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, keys: Iterable[bytes]) -> dict[bytes, NDArray[np.floating]]:
        """An empty row for each of those keys that the cache holds."""
        asked = list(keys)
        if not len(self) or not asked:
            return {}
        wanted = np.array([key + b"." for key in asked], dtype=np.bytes_)
        place = np.minimum(np.searchsorted(self._keys, wanted), len(self) - 1)
        found = self._keys[place] == wanted
        return {key: np.empty(0) for key, is_known in zip(asked, found, strict=True) if is_known}
