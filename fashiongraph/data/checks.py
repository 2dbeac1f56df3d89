"""Conversion and checks of identifiers and integer arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError


def strings(values: Sequence[str] | pd.Index[str]) -> pd.Index[str]:
    """The values as an index of strings."""
    index: pd.Index[str] = pd.Index(np.asarray(values, dtype=object)).astype(str)
    return index


def hashed(ids: pd.Index[str] | np.ndarray) -> np.ndarray:
    """A hash of each identifier [n], equal in every process."""
    return pd.util.hash_array(np.asarray(ids, dtype=object))


def check_present(argument: str, values: Sequence[str]) -> None:
    """Do nothing if no value is missing.

    Args:
        argument: What the values are called in an error.
        values: The values, one for each item.

    Raises:
        FashionGraphError: If one is missing.
    """
    absent = pd.isna(np.asarray(values, dtype=object))
    if absent.any():
        row = int(absent.argmax())
        raise FashionGraphError(f"'{argument}' needs a value for every item (item {row} has none)")


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
