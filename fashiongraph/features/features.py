"""Rows of features and what is known of their gaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Features:
    """One row of features per input, in the order of the inputs.

    Args:
        array: Rows [n, F], in memory or over a memory-mapped file.
        missing: Whether a row stands for nothing [n]: a picture that could not be read (a row of
            NaN, so that nobody trains on it unawares) or a text without words (a row of zeros).
        problems: Why, by path, for pictures that could not be read.
    """

    array: NDArray[np.floating]
    missing: NDArray[np.bool_]
    problems: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self)} rows of {self.array.shape[1]} "
            f"{self.array.dtype}, {int(self.missing.sum())} missing)"
        )
