"""Features of a batch of pictures."""

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
    """Batch of pictures, each with its row of features or the reason for a missing one.

    Args:
        start: Index of the first picture.
        keys: Digest of each picture's bytes, empty if the file cannot be read.
        rows: Cached rows, by key.
        fresh: Computed rows, float32, by key.
        problems: Reason why a picture cannot be encoded, by its position in the batch.
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
        """Encode the pictures of a batch that are not cached.

        Args:
            batch: The pictures.
            encoder: The network, which runs on its device.
            cache: Read again for pictures that were not cached when the batch was read.
        """
        # Workers read ahead: an equal picture of an earlier batch may be cached meanwhile.
        rows = batch.rows | ({} if cache is None else cache.get(batch.fresh))
        wanted = [i for i, key in enumerate(batch.fresh) if key not in rows]
        fresh: dict[bytes, NDArray[np.floating]] = {}
        if wanted:
            pixels = batch.pixels[wanted]
            weight = next(encoder.parameters(), pixels)  # an encoder of colours has no weights
            pixels = pixels.to(weight.device, memory_format=torch.channels_last)
            features = encoder(pixels).float().cpu().numpy()
            fresh = dict(zip((batch.fresh[i] for i in wanted), features, strict=True))
        return cls(batch.start, batch.keys, rows, fresh, batch.problems)
