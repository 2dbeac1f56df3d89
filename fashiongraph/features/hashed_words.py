"""Feature hashing of words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import Features, checked_dtype
from fashiongraph.features.fingerprint import fingerprint
from fashiongraph.features.sentence_encoder import cleaned

# Chinese characters and Japanese kana, written without spaces between words.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_ROWS = 65536  # texts at a time, which bounds the memory of tokens


class HashedWords:
    """Feature hashing of words and pairs of neighbouring words; no trained model.

    A text is normalised (NFKC, case folded) and cut into words; scripts written without spaces
    are cut into characters, so that their pairs stand for words. A digest of each word or pair
    gives it one of ``num_features`` columns and a sign, and the row is scaled to length 1. Signs
    make colliding words cancel on average, so that a dot product of two rows estimates the cosine
    of the full bags of words.

    Source: Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009,
    https://arxiv.org/abs/0902.2206.

    Args:
        num_features: Number of columns.

    Raises:
        FashionGraphError: If ``num_features`` is not positive.

    Example:
        >>> rows = HashedWords(64)(["red leather boots", "red boots", None])
        >>> rows
        Features(3 rows of 64 float16, 1 missing)
    """

    def __init__(self, num_features: int = 384) -> None:
        if num_features < 1:
            raise FashionGraphError(
                f"'num_features' needs to be a positive integer (got {num_features})"
            )
        self.num_features = num_features

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.num_features})"

    @property
    def fingerprint(self) -> str:
        """Digest of the settings."""
        return fingerprint(repr(self))

    def __call__(
        self, texts: Sequence[str | None] | pd.Series[str], dtype: DTypeLike = "float16"
    ) -> Features:
        """Encode texts.

        Args:
            texts: The texts [n]; ``None`` and NaN count as empty.
            dtype: Type of the rows.

        Returns:
            Rows [n, ``num_features``] of length 1; a text without words is missing, a row of
            zeros.

        Raises:
            FashionGraphError: If a value is not text, or ``dtype`` is no float type.
        """
        kind = checked_dtype(dtype)
        clean = cleaned(texts)
        array = np.empty((len(clean), self.num_features), kind)
        missing = np.zeros(len(clean), dtype=bool)
        for start in range(0, len(clean), _ROWS):
            counts, empty = self._counts(clean[start : start + _ROWS])
            length = np.sqrt(counts.multiply(counts).sum(axis=1))
            rows = counts.toarray() / np.maximum(length, 1.0)[:, None]
            array[start : start + _ROWS] = rows
            missing[start : start + _ROWS] = empty
        return Features(array, missing)

    def _counts(self, texts: NDArray[np.object_]) -> tuple[csr_array, NDArray[np.bool_]]:
        """Signed counts [len(texts), num_features], and which texts have no word."""
        terms = [_terms(text) for text in texts]
        sizes = np.array([len(of_text) for of_text in terms], dtype=np.int64)
        flat = np.array([_digest(term) for of_text in terms for term in of_text], dtype=np.uint64)
        column = (flat >> np.uint64(1)) % np.uint64(self.num_features)
        sign = np.where(flat & np.uint64(1), 1.0, -1.0).astype(np.float32)
        row = np.repeat(np.arange(len(texts)), sizes)
        shape = (len(texts), self.num_features)
        return csr_array((sign, (row, column.astype(np.int64))), shape=shape), sizes == 0


def _terms(text: str) -> list[str]:
    """Words, then pairs of neighbouring words."""
    words = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    return words + [f"{first} {second}" for first, second in pairwise(words)]


@lru_cache(maxsize=1 << 18)
def _digest(term: str) -> int:
    """64-bit hash of a term, equal in every process, unlike :func:`hash`."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")
