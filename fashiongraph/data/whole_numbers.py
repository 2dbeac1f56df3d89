"""Tensors that count or point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError


def whole_numbers(name: str, values: Tensor | np.ndarray | Sequence[int]) -> Tensor:
    """Integers of any type as int64: keys of pairs of items need more than 32 bits.

    Empty ones may be of any type, since an empty list makes floats.

    Args:
        name: What they are called in an error.
        values: A tensor, an array or a list.

    Raises:
        FashionGraphError: If they are of another type.
    """
    try:
        values = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FashionGraphError(f"'{name}' needs whole numbers ({error})") from error
    kind = values.dtype
    if values.numel() and (kind.is_floating_point or kind.is_complex or kind == torch.bool):
        raise FashionGraphError(f"'{name}' needs whole numbers (got {kind})")
    return values.long()
