"""Outfits a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from torch import Tensor

_ROWS = 1 << 18


def row_blocks(ptr: Tensor) -> Iterator[slice]:
    """Runs of outfits that hold about 260,000 rows each, or one outfit of more.

    What is worked out for every row, block after block, takes little memory beside the rows of a
    large set, which a single pass over all of them would hold several times over.

    Args:
        ptr: Offsets of the outfits [B + 1].
    """
    ends = ptr.numpy()
    starts = np.searchsorted(ends, np.arange(0, ends[-1], _ROWS))
    for first, last in pairwise(np.unique([*starts, len(ends) - 1]).tolist()):
        yield slice(first, last)
