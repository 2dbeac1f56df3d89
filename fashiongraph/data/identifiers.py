"""Identifiers and other names, whatever they were read as."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

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
