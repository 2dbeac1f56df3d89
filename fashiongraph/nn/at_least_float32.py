"""Numbers wide enough to be compared."""

from __future__ import annotations

import torch
from torch import Tensor


def at_least_float32(x: Tensor) -> Tensor:
    """The same numbers, in float32 where their type is narrower.

    Half precision and bfloat16 keep three or two decimal digits: distances rounded to them tie,
    sums stand still or overflow, and counts end at 256.
    """
    return x.to(torch.promote_types(x.dtype, torch.float32))
