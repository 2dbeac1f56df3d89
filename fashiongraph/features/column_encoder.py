"""Columns of an item table as features."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import Features, checked_dtype
from fashiongraph.features.fingerprint import fingerprint

_MOST_VALUES = 256
_KNOTS = 9
# Columns that other encoders read, and those that describe the data set rather than the item.
_NO_ATTRIBUTES = ("item_id", "category", "image", "title", "description", "split", "url")


class ColumnEncoder:
    r"""One-hot categorical columns and piecewise linear numerical columns, side by side.

    A categorical value is a one-hot vector over the values that were seen, with a further entry
    for all others. A number :math:`v` between the neighbouring quantiles
    :math:`t_k \le v \le t_{k+1}` of its column has the entries

    .. math::
        x_k = \frac{t_{k+1} - v}{t_{k+1} - t_k}, \quad x_{k+1} = \frac{v - t_k}{t_{k+1} - t_k},

    and 0 elsewhere; a number outside of them counts as the nearest. In both cases the entries of a
    column sum to 1, and those of a missing value are 0.

    Source: of the numerical part, a soft form of quantile bins, Gorishniy et al., "On embeddings
    for numerical features in tabular deep learning", NeurIPS 2022,
    https://arxiv.org/abs/2203.05556.

    Args:
        columns: Values (texts) or quantiles (increasing numbers) of each column by name, as
            :attr:`config` returns them.

    Raises:
        FashionGraphError: If there is no column, or the quantiles of one do not increase.

    Example:
        >>> colour = ["red", "red", "blue", "blue"]
        >>> encoder = ColumnEncoder.fit(pd.DataFrame({"colour": colour, "price": [1, 1, 2, 3]}))
        >>> encoder.config
        {'colour': ['blue', 'red'], 'price': [1.0, 1.125, 1.5, 1.875, 2.25, 2.625, 3.0]}
        >>> encoder = ColumnEncoder({"colour": ["blue", "red"], "price": [1.0, 2.0, 3.0]})
        >>> frame = pd.DataFrame({"colour": ["red", "green", None], "price": [1.0, 2.5, 9.0]})
        >>> encoder(frame).array
        array([[0. , 1. , 0. , 1. , 0. , 0. ],
               [0. , 0. , 1. , 0. , 0.5, 0.5],
               [0. , 0. , 0. , 0. , 0. , 1. ]], dtype=float16)
    """

    name = "columns"

    def __init__(self, columns: Mapping[str, Sequence[str] | Sequence[float]]) -> None:
        self.config: dict[str, list[Any]] = {name: list(known) for name, known in columns.items()}
        if not self.config or not all(self.config.values()):
            raise FashionGraphError(f"'columns' needs columns with values (got {columns})")
        for name, known in self.config.items():
            if not _is_text(known) and (np.diff(np.asarray(known, dtype=np.float64)) <= 0).any():
                raise FashionGraphError(
                    f"'columns' needs increasing quantiles of {name!r} (got {known})"
                )
        self.num_features = sum(len(known) + _is_text(known) for known in self.config.values())

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> ColumnEncoder:
        """Make an encoder from the values of a table.

        Args:
            frame: Columns of items.
            columns: Names of the columns. By default all with attributes: numbers, and texts of
                which half or fewer are distinct; not those named ``item_id``, ``category``,
                ``image``, ``title``, ``description``, ``split`` or ``url``. A text column keeps
                its 256 most frequent values.

        Raises:
            FashionGraphError: If a column is unknown or has no value, or none has attributes.
        """
        if columns is None:
            chosen = attribute_columns(frame)
            if not chosen:
                raise FashionGraphError(
                    f"'columns' needs attributes of items (got {', '.join(map(str, frame))})"
                )
            return cls({name: _known(frame[name]) for name in chosen})
        for name in columns:
            if name not in frame:
                known = ", ".join(map(str, frame)) or "none"
                raise FashionGraphError(f"'columns' needs names in {known} (got {name!r})")
            if frame[name].isna().all():
                raise FashionGraphError(f"'columns' needs values in {name!r} (got none)")
        return cls({name: _known(frame[name]) for name in columns})

    @property
    def fingerprint(self) -> str:
        """Digest of the columns and their values."""
        return fingerprint(f"{type(self).__name__} {json.dumps(self.config)}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.config)})"

    def __call__(self, frame: pd.DataFrame, dtype: DTypeLike = "float16") -> Features:
        """Encode the columns of items.

        Args:
            frame: Columns of n items.
            dtype: Type of the rows.

        Returns:
            Rows [n, ``num_features``]; an item without any value is missing, a row of zeros.

        Raises:
            FashionGraphError: If a column is missing, or ``dtype`` is no float type.
        """
        lacking = [name for name in self.config if name not in frame]
        if lacking:
            raise FashionGraphError(
                f"'frame' needs the columns {', '.join(self.config)} (lacks {', '.join(lacking)})"
            )
        array = np.zeros((len(frame), self.num_features), checked_dtype(dtype))
        left = 0
        for name, known in self.config.items():
            width = len(known) + _is_text(known)
            fill = _fill_one_hot if _is_text(known) else _fill_linear
            fill(array[:, left : left + width], frame[name], known)
            left += width
        return Features(array, np.asarray(~array.any(axis=1)))


def attribute_columns(frame: pd.DataFrame) -> list[str]:
    """Columns of a table that describe its items; see :meth:`ColumnEncoder.fit`."""
    return [
        str(name)
        for name in frame
        if name not in _NO_ATTRIBUTES and _is_attribute(frame[name].dropna())
    ]


def _is_attribute(values: pd.Series[Any]) -> bool:
    distinct = values.nunique()
    return distinct > 1 and (_is_number(values) or distinct <= len(values) / 2)


def _is_number(values: pd.Series[Any]) -> bool:
    numeric, boolean = pd.api.types.is_numeric_dtype, pd.api.types.is_bool_dtype
    return numeric(values) and not boolean(values)


def _is_text(known: Sequence[Any]) -> bool:
    return isinstance(known[0], str)


def _known(values: pd.Series[Any]) -> list[str] | list[float]:
    """The most frequent texts, sorted, or quantiles of numbers."""
    present = values.dropna()
    if not _is_number(present):
        counts = present.astype(str).value_counts()
        return sorted(counts.index[np.lexsort((counts.index, -counts))][:_MOST_VALUES])
    numbers = present.to_numpy(np.float64)
    knots = np.quantile(numbers[np.isfinite(numbers)], np.linspace(0, 1, _KNOTS))
    return [float(knot) for knot in np.unique(knots)]


def _fill_one_hot(rows: NDArray[np.floating], values: pd.Series[Any], known: Sequence[Any]) -> None:
    """Set one-hot values [n, len(known) + 1], the last entry for unseen ones."""
    present = np.flatnonzero(values.notna())
    code = pd.Index(known).get_indexer(values.iloc[present].astype(str))
    rows[present, np.where(code < 0, len(known), code)] = 1


def _fill_linear(rows: NDArray[np.floating], values: pd.Series[Any], known: Sequence[Any]) -> None:
    """Set the weights of the neighbouring quantiles [n, len(known)]; missing ones have none."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    present = np.flatnonzero(~np.isnan(numbers))
    place = np.interp(numbers[present], known, np.arange(len(known)))
    low = np.floor(place).astype(np.int64)
    rows[present, low] = 1 - (place - low)
    rows[present, np.minimum(low + 1, len(known) - 1)] += place - low
