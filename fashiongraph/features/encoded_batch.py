"""A run of pictures whose pixels have become rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.picture_batches import PictureBatch
from fashiongraph.features.picture_encoder import PictureEncoder


@dataclass
class EncodedBatch:
    """A run of pictures, each with its row or a reason for having none.

    Args:
        start: Position of the first picture among all.
        keys: Digest of each picture's bytes, empty where the file cannot be read.
        rows: Rows that a cache held, by key.
        fresh: Rows that were computed, in single precision, by key.
        problems: Why a picture cannot be encoded, by its place in the run.
    """

    start: int
    keys: list[bytes]
    rows: dict[bytes, NDArray[np.floating]]
    fresh: dict[bytes, NDArray[np.floating]]
    problems: dict[int, str]

    @classmethod
    @torch.inference_mode()
    def encode(
        cls, batch: PictureBatch, encoder: PictureEncoder, cache: FeatureCache | None = None
    ) -> EncodedBatch:
        """Encode the pictures of a batch that no cache holds.

        Args:
            batch: The pictures.
            encoder: The network; its device is where it runs.
            cache: Asked once more for pictures that were not in it when they were read.
        """
        # A worker reads ahead: an equal picture of an earlier batch may have been stored since.
        rows = batch.rows | ({} if cache is None else cache.get(batch.fresh))
        wanted = [i for i, key in enumerate(batch.fresh) if key not in rows]
        fresh: dict[bytes, NDArray[np.floating]] = {}
        if wanted:
            device = next(encoder.parameters()).device
            pixels = batch.pixels[wanted].to(device, memory_format=torch.channels_last)
            features = encoder(pixels).float().cpu().numpy()
            fresh = dict(zip((batch.fresh[i] for i in wanted), features, strict=True))
        return cls(batch.start, batch.keys, rows, fresh, batch.problems)
