"""What a search found."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Found(NamedTuple):
    """Results of a search, best first.

    Args:
        score: Inner products [Q, k], minus infinity where there are fewer than k results.
        row: Rows of the index's table [Q, k], -1 there.
    """

    score: Tensor
    row: Tensor
