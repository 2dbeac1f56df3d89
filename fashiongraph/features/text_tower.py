"""Text encoder of a model of pictures and texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import DTypeLike
from rich.console import Console
from rich.progress import track
from torch.nn.functional import normalize

from fashiongraph.features.files import Features, checked_dtype
from fashiongraph.features.fingerprint import fingerprint
from fashiongraph.features.sentence_encoder import cleaned
from fashiongraph.features.towers import Towers


class TextTower:
    """Text side of an :class:`~fashiongraph.features.ImageTextEncoder`.

    Args:
        name: Name of the model.
        towers: The model, which encodes on its device.
    """

    def __init__(self, name: str, towers: Towers) -> None:
        self.name = name
        self.towers = towers
        self.num_features = towers.num_features

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def fingerprint(self) -> str:
        """Digest of the settings, with the tokenizer's, and of all weights."""
        return fingerprint(
            f"{type(self).__name__} {self.towers.settings}", self.towers.state_dict()
        )

    @torch.inference_mode()
    def __call__(
        self,
        texts: Sequence[str | None] | pd.Series[str],
        dtype: DTypeLike = "float16",
        batch_size: int = 64,
        progress: bool = False,
    ) -> Features:
        """Encode texts.

        Args:
            texts: The texts [n]; ``None`` and NaN count as empty. What a text has beyond the
                model's context length is ignored.
            dtype: Type of the rows.
            batch_size: Texts per forward pass.
            progress: Whether to show a progress bar on standard error.

        Returns:
            Rows [n, ``num_features``] of length 1; an empty text is missing, a row of zeros.

        Raises:
            FashionGraphError: If a value is not text, or ``dtype`` is no float type.
        """
        kind = checked_dtype(dtype)
        clean = cleaned(texts)
        missing = clean == ""
        array = np.zeros((len(clean), self.num_features), kind)
        present = np.flatnonzero(~missing)
        # Texts of similar length share a batch, so that little is padded.
        present = present[np.argsort([len(clean[i]) for i in present], kind="stable")]
        batches = [present[i : i + batch_size] for i in range(0, len(present), batch_size)]
        console = Console(stderr=True)
        for batch in track(batches, "texts", disable=not progress, console=console):
            rows = normalize(self.towers.texts(clean[batch].tolist()), dim=1)
            array[batch] = rows.float().cpu().numpy()
        return Features(array, missing)
