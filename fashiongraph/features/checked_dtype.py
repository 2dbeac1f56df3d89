"""The type of the numbers in rows of features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from fashiongraph.errors import FashionGraphError


def checked_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """The type itself, if it is one of floats: integers would cut most features to zero.

    Raises:
        FashionGraphError: If it is another type or none.
    """
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise FashionGraphError(f"'dtype' needs to be a float type (got {dtype!r})") from None
    if not np.issubdtype(kind, np.floating):
        raise FashionGraphError(f"'dtype' needs to be a float type (got {kind.name})")
    return kind
