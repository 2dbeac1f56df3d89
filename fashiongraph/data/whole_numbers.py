"""Tensors that count or point."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError


def whole_numbers(name: str, values: Tensor) -> Tensor:
    """A tensor of any integer type as int64: keys of pairs of items need more than 32 bits.

    An empty tensor may be of any type, since an empty list makes floats.

    Args:
        name: What the tensor is called in an error.
        values: The tensor.

    Raises:
        FashionGraphError: If it is of another type.
    """
    kind = values.dtype
    if values.numel() and (kind.is_floating_point or kind.is_complex or kind == torch.bool):
        raise FashionGraphError(f"'{name}' needs whole numbers (got {kind})")
    return values.long()
