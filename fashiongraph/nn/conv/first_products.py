"""What the first round of the gated graph layer needs of items."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class FirstProducts(NamedTuple):
    """Products of an item's first state with weights, the same wherever the item is worn."""

    gates: Tensor
    """With the gates' W, for those who receive it [U, K, 2 H]."""
    candidate: Tensor
    """With the candidate's W, for those who receive it [U, K, H]."""
    own: Tensor
    """With the gates' U, for the item itself, and the gates' bias [U, K, 2 H]."""
