"""Columns of items as fields of Milvus, and conditions as its filters."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from fashiongraph.data.conditions import Condition, column_of
from fashiongraph.data.item_table import ItemTable

MOST_BYTES = 65_535
"""Length of the longest text of a field, in bytes."""

_MOST_COLUMNS = 60  # servers allow 64 fields by default
_HASHED = 65_536  # values at once
_LARGEST_INTEGER = 2**53  # of those that are exact in double precision
_COMPLEMENT = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def quoted(text: str) -> str:
    r"""A text as a literal of a filter.

    Args:
        text: Any text.

    Example:
        >>> print(quoted('say "hi"'))
        "say \"hi\""
    """
    return f'"{text.translate(_ESCAPED)}"'


def named(ids: Sequence[str]) -> str:
    """A filter for items by their identifiers.

    Args:
        ids: The identifiers.

    Example:
        >>> named(["a", "b"])
        'item_id in ["a", "b"]'
    """
    return f"item_id in [{', '.join(map(quoted, ids))}]"


@dataclass(frozen=True)
class MilvusColumns:
    """Columns of items as fields of a collection.

    The category is the field ``category``, column i the field ``column{i}``. Left out are columns
    whose values a field cannot hold as they are: lists, mixed types, integers from 2^53 on,
    infinite numbers, and texts of more than 65,535 bytes. So are those after 60 columns. A
    condition on such a column has no filter.

    Args:
        kinds: ``boolean``, ``number``, ``date`` (nanoseconds since 1970) or ``text`` of each column
            by its name; empty for one that is left out.

    Example:
        >>> frame = pd.DataFrame({"price": [10, 50]})
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "top"], columns=frame)
        >>> columns = MilvusColumns.of(items)
        >>> columns.filter(Condition.parse("price < 40"), items)
        'column0 < 40.0'
        >>> columns.records(items, items.rows(["b"]))
        [{'category': 'top', 'column0': 50.0}]
    """

    kinds: Mapping[str, str]

    @classmethod
    def of(cls, items: ItemTable) -> MilvusColumns:
        """The columns of a table.

        Args:
            items: The items.
        """
        columns = enumerate(items.columns.items())
        return cls(
            {
                str(name): _kind(column) if place < _MOST_COLUMNS else ""
                for place, (name, column) in columns
            }
        )

    @classmethod
    def stored(
        cls, kinds: Mapping[str, str], digests: Mapping[str, str], items: ItemTable
    ) -> MilvusColumns:
        """The columns of a collection, without those whose values are no longer those of a table.

        Args:
            kinds: Kinds of the stored columns.
            digests: Digests of their values.
            items: The items as they are now.
        """
        now, values = cls.of(items).kinds, cls(kinds).digests(items)
        return cls(
            {
                name: kind if kind == now.get(name) and digests.get(name) == values[name] else ""
                for name, kind in kinds.items()
            }
        )

    def digests(self, items: ItemTable) -> dict[str, str]:
        """Digests of the values of each column; empty for one that is left out or does not exist.

        Args:
            items: The items.
        """
        return {
            name: _digest(items.columns[name], kind) if kind and name in items.columns else ""
            for name, kind in self.kinds.items()
        }

    @property
    def fields(self) -> dict[str, str]:
        """Kinds of the fields by name."""
        kinds = enumerate(self.kinds.values())
        return {"category": "text", **{f"column{i}": kind for i, kind in kinds if kind}}

    def records(self, items: ItemTable, rows: Tensor) -> list[dict[str, Any]]:
        """Fields of items, :obj:`None` for missing values [m].

        Args:
            items: The items.
            rows: Their rows [m].
        """
        names = np.array([*items.categories, None], dtype=object)  # -1 is no category
        values = {"category": names[items.category_id[rows].numpy()].tolist()}
        for place, (name, kind) in enumerate(self.kinds.items()):
            if kind:
                values[f"column{place}"] = _values(items.columns[name].iloc[rows.numpy()], kind)
        return [dict(zip(values, one, strict=True)) for one in zip(*values.values(), strict=True)]

    def filter(self, condition: Condition, items: ItemTable) -> str:
        """A condition as a filter expression; empty if a field cannot express it.

        Args:
            condition: The condition.
            items: The items.

        Raises:
            FashionGraphError: If the column does not exist or a value is not of its type.
        """
        name, kind = self._field(condition.column)
        if not kind:
            return ""
        values = condition.typed(column_of(items, condition.column))
        literals = [_literal(one, kind) for one in values]
        if not all(literals):
            return ""
        if condition.operator == "in":
            sign = "not in" if condition.negated else "in"
            found = f"{name} {sign} [{', '.join(literals)}]"
        else:
            sign = condition.operator
            sign = _COMPLEMENT[sign] if condition.negated else sign
            found = f"{name} {'==' if sign == '=' else sign} {literals[0]}"
        if condition.negated and name != "item_id":  # which is never missing
            return f"({name} is null or {found})"
        return found

    def _field(self, column: str) -> tuple[str, str]:
        """Name and kind of the field of a column."""
        if column in ("item_id", "category"):
            return column, "text"
        names: Sequence[str] = list(self.kinds)
        if column not in names:
            return "", ""
        return f"column{names.index(column)}", self.kinds[column]


def _kind(column: pd.Series[Any]) -> str:
    """Kind of a column; empty if a field cannot hold its values."""
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if getattr(column.dtype, "kind", "O") in "iuf":
        values = column.to_numpy(np.float64, na_value=np.nan)
        exact = column.dtype.kind == "f" or not (np.abs(values) >= _LARGEST_INTEGER).any()
        return "number" if exact and not np.isinf(values).any() else ""
    if pd.api.types.is_datetime64_any_dtype(column):
        try:
            column.dt.as_unit("ns")
        except (pd.errors.OutOfBoundsDatetime, AttributeError):
            return ""
        return "date"
    present = column.dropna().astype(object)
    return "text" if all(isinstance(one, str) and _fits(one) for one in present) else ""


def _fits(text: str) -> bool:
    """Whether a text is at most as long as a field, and has no half of a surrogate pair."""
    try:
        return len(text.encode()) <= MOST_BYTES
    except UnicodeEncodeError:
        return False


def _digest(column: pd.Series[Any], kind: str) -> str:
    """Digest of the values of a column, however the table stores them."""
    digest = hashlib.blake2b(digest_size=8)
    if _kind(column) == kind:
        for start in range(0, len(column), _HASHED):
            values = pd.Series(_values(column.iloc[start : start + _HASHED], kind), dtype=object)
            digest.update(pd.util.hash_array(values.to_numpy(object), categorize=False).tobytes())
    return digest.hexdigest()


def _values(column: pd.Series[Any], kind: str) -> list[Any]:
    """Values of a column as those of a field."""
    present = column.notna().tolist()
    if kind == "date":
        column = column.dt.as_unit("ns").astype("int64")
    convert = {"boolean": bool, "number": float, "date": int, "text": str}[kind]
    return [convert(one) if there else None for one, there in zip(column, present, strict=True)]


def _literal(value: Any, kind: str) -> str:
    """A value as a literal; empty if there is none."""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "number":
        return repr(float(value)) if math.isfinite(value) else ""
    if kind == "date":
        return "" if pd.isna(value) else str(value.as_unit("ns").value)
    return quoted(value) if _fits(value) else ""
