"""Conversion and checks of identifiers and integer arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError


def strings(values: Sequence[str] | pd.Index[str]) -> pd.Index[str]:
    """Convert values to an index of strings.

    Args:
        values: Identifiers or names of any type.

    Example:
        >>> strings([1, "01"]).tolist()
        ['1', '01']
    """
    index: pd.Index[str] = pd.Index(np.asarray(values, dtype=object)).astype(str)
    return index


def hashed(ids: pd.Index[str] | np.ndarray) -> np.ndarray:
    """Hash identifiers reproducibly across processes [n].

    Args:
        ids: Identifiers [n].

    Example:
        >>> int(hashed(["a"])[0])
        13950350942979735504
    """
    return pd.util.hash_array(np.asarray(ids, dtype=object))


def check_present(argument: str, values: Sequence[str]) -> None:
    """Check that no value is missing.

    Args:
        argument: Name of the values in the error.
        values: One value per item.

    Raises:
        FashionGraphError: If one is missing.
    """
    absent = pd.isna(np.asarray(values, dtype=object))
    if absent.any():
        row = int(absent.argmax())
        raise FashionGraphError(f"'{argument}' needs a value for every item (item {row} has none)")


def integers(name: str, values: Tensor | np.ndarray | Sequence[int]) -> Tensor:
    """Convert integers of any type to int64; keys of item pairs need more than 32 bits.

    Empty input may have any type, since an empty list makes a float tensor.

    Args:
        name: Name of the values in the error.
        values: A tensor, an array or a list.

    Raises:
        FashionGraphError: If the values are no integers.

    Example:
        >>> integers("ptr", [0, 2]).dtype
        torch.int64
    """
    try:
        values = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FashionGraphError(f"'{name}' needs integers ({error})") from error
    kind = values.dtype
    if values.numel() and (kind.is_floating_point or kind.is_complex or kind == torch.bool):
        raise FashionGraphError(f"'{name}' needs integers (got {kind})")
    return values.long()


LARGEST_FEATURE = 1e15
"""Largest absolute value of a feature: sums of squares of larger ones overflow in float32."""


def broken_rows(features: Tensor) -> Tensor:
    """Indices of rows with a number that is not finite or above :data:`LARGEST_FEATURE`.

    Args:
        features: Rows of features, or of pictures or tokens [n, ...].

    Example:
        >>> broken_rows(torch.tensor([[1.0], [torch.nan], [1e30]])).tolist()
        [1, 2]
    """
    if not features.is_floating_point() or not features.numel():
        return torch.empty(0, dtype=torch.long)
    low, high = features.aminmax()  # one pass without a copy; both are NaN if one value is
    if low >= -LARGEST_FEATURE and high <= LARGEST_FEATURE:
        return torch.empty(0, dtype=torch.long)
    fine = (features.flatten(1).abs() <= LARGEST_FEATURE).all(dim=1)
    return (~fine).nonzero().squeeze(1)


def checked_weights(weight: Tensor, count: int) -> Tensor:
    """Weights of outfits as float64.

    Args:
        weight: One number per outfit [B].
        count: Number of outfits, B.

    Raises:
        FashionGraphError: If the shape differs, or a weight is negative or not finite.

    Example:
        >>> checked_weights(torch.tensor([1, 3]), 2)
        tensor([1., 3.], dtype=torch.float64)
    """
    if weight.shape != (count,):
        raise FashionGraphError(
            f"'weight' needs one number per outfit, shape [{count}] (got {list(weight.shape)})"
        )
    weight = weight.double()
    wrong = ~((weight >= 0) & weight.isfinite())
    if bool(wrong.any()):
        first = int(wrong.nonzero()[0])
        raise FashionGraphError(
            f"'weight' needs finite numbers of at least 0 "
            f"(outfit {first} has {float(weight[first])})"
        )
    return weight
