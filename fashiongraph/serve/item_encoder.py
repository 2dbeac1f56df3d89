"""Encoder of single items into the features that a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from PIL import Image

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_file import join_features
from fashiongraph.errors import FashionGraphError
from fashiongraph.features import encoder_of

_PICTURES = ("image", "colours")


class ItemEncoder:
    """Encoder of items by the encoders that a model was trained on.

    The row of an item equals that of ``fashiongraph embed`` and of the data set, up to the rounding
    of the files.

    Args:
        sources: Sources of the model's features.

    Raises:
        FashionGraphError: If the features were not made by ``fashiongraph embed``, or an encoder
            has other weights or settings.

    Example:
        >>> from fashiongraph.features import text_encoder
        >>> digest = text_encoder("hashed-words").fingerprint
        >>> titles = {"kind": "text", "column": "title"}
        >>> source = FeatureSource("t.npy", 384, "hashed-words", digest, titles)
        >>> ItemEncoder([source])(None, {"title": "red coat"}).shape
        (384,)
    """

    def __init__(self, sources: Sequence[FeatureSource]) -> None:
        self.encoders: list[tuple[FeatureSource, Any]] = []
        if not sources:
            raise FashionGraphError("'model' needs features of 'fashiongraph embed' (got none)")
        for source in sources:
            if not source.encoder:
                raise FashionGraphError(
                    f"'model' needs features of 'fashiongraph embed' ({source.file} has no card)"
                )
            encoder = encoder_of(source.settings["kind"], source.encoder, source.settings)
            if encoder.fingerprint != source.fingerprint:
                raise FashionGraphError(
                    f"'model' needs {source.encoder} with the weights and settings of its training "
                    f"(got others: {encoder.fingerprint}, not {source.fingerprint})"
                )
            self.encoders.append((source, encoder))

    @property
    def reads_pictures(self) -> bool:
        """Whether one of the encoders reads pictures."""
        return any(source.settings["kind"] in _PICTURES for source, _ in self.encoders)

    def __call__(
        self, picture: Image.Image | None, columns: Mapping[str, Any]
    ) -> NDArray[np.float32]:
        """Encode an item.

        Args:
            picture: Its picture, or :obj:`None`.
            columns: Values of its further columns, such as ``title``; others are missing.

        Returns:
            Its row of features [F].

        Raises:
            FashionGraphError: If none of the encoders has anything to read.
        """
        rows = [
            self._row(source, encoder, picture, columns)[None] for source, encoder in self.encoders
        ]
        if not any(row.any() for row in rows):
            kinds = ", ".join(str(source.settings["kind"]) for source, _ in self.encoders)
            raise FashionGraphError(
                f"'picture' needs a picture or columns that the model's features are made of: "
                f"{kinds} (got none)"
            )
        joined = join_features(rows)
        assert joined is not None  # there is at least one source
        return joined[0].float().numpy()

    @torch.inference_mode()
    def _row(
        self,
        source: FeatureSource,
        encoder: Any,
        picture: Image.Image | None,
        columns: Mapping[str, Any],
    ) -> NDArray[np.float32]:
        kind = source.settings["kind"]
        if kind in _PICTURES:
            if picture is None:
                return np.zeros(source.num_features, np.float32)
            return np.asarray(encoder(encoder.transform(picture)[None]).float()[0].cpu())
        if kind == "text":
            return np.asarray(encoder([columns.get(source.settings["column"])], "float32").array[0])
        frame = pd.DataFrame([{name: columns.get(name) for name in encoder.config}])
        return np.asarray(encoder(frame, "float32").array[0])
