"""Records of JSON files as Arrow columns, without a Python loop over records."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

T = TypeVar("T", list[Any], dict[str, Any])


def read_json(path: str | Path, kind: type[T]) -> T:
    """Parse a JSON file whose top level is a list or an object.

    Args:
        path: The file, in UTF-8.
        kind: :class:`list` or :class:`dict`.

    Raises:
        DataError: If the file is missing, is not JSON (with line and column), or is of another
            kind.
    """
    file = Path(path)
    check_regular(file)
    try:
        value = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise DataError("needs to exist", file=file) from error
    # ValueError covers text that is no JSON or no UTF-8, and numbers of too many digits.
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"needs to be readable as JSON ({error})", file=file) from error
    if not isinstance(value, kind):
        name = {list: "a list", dict: "an object"}[kind]
        raise DataError(f"needs {name} at the top (got {type(value).__name__})", file=file)
    return value


def needed(name: str, kind: pa.DataType) -> pa.Field:
    """A field that every record must have."""
    return pa.field(name, kind, nullable=False)


def list_of(kind: pa.DataType) -> pa.ListType:
    """A list without missing elements."""
    return pa.list_(needed("element", kind))


def arrow_rows(path: str | Path, rows: Iterable[Any], row_type: pa.DataType) -> pa.Array:
    """Convert parsed JSON values to an Arrow array.

    Fields of an object that are not in ``row_type`` are ignored.

    Args:
        path: The file they come from, for errors.
        rows: The values.
        row_type: Type of each value, made with :func:`needed` and :func:`list_of` where a field
            or an element must not be missing.

    Raises:
        DataError: If a value is of another type or missing, with the number of its record,
            counted from 1.

    Example:
        >>> items = needed("items", list_of(pa.int64()))
        >>> row_type = pa.struct([needed("set_id", pa.string()), items])
        >>> rows = [{"set_id": "1", "items": [4, 2], "likes": 7}]
        >>> arrow_rows("outfits.json", rows, row_type).to_pylist()
        [{'set_id': '1', 'items': [4, 2]}]
    """
    values = list(rows)
    try:
        array = _convert(values, row_type)
    except _MISFITS as error:
        # Arrow's error has no position, and some values fit alone and not after another: find
        # the shortest prefix that does not fit.
        ends = range(1, len(values) + 1)
        first = bisect_left(ends, True, key=lambda end: not _fits(values[:end], row_type))
        raise DataError(f"record {first + 1} does not fit ({error})", file=path) from error
    lacking = ~_complete(array, row_type)
    if lacking.any():
        number = int(lacking.argmax()) + 1
        raise DataError(f"record {number} needs {_describe(row_type)}", file=path)
    return array


# Text may hold half a surrogate pair (UnicodeEncodeError) and a number 400 digits.
_MISFITS = (pa.ArrowException, TypeError, UnicodeEncodeError, OverflowError)


def _convert(values: list[Any], kind: pa.DataType) -> pa.Array:
    # A direct conversion to integers would cut 1.5 to 1 without an error; a cast does not.
    return pa.array(values, _lenient(kind, floats=True)).cast(_lenient(kind, floats=False))


def _lenient(kind: pa.DataType, floats: bool) -> pa.DataType:
    """The type with all fields nullable, and with floats for integers if ``floats``."""
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _lenient(field.type, floats)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_lenient(kind.value_type, floats))
    return pa.float64() if floats and pa.types.is_integer(kind) else kind


def _fits(values: list[Any], kind: pa.DataType) -> bool:
    try:
        _convert(values, kind)
    except _MISFITS:
        return False
    return True


def _complete(array: pa.Array, kind: pa.DataType) -> np.ndarray:
    """Whether each value has all fields and elements that the type needs."""
    complete = np.asarray(array.is_valid().to_numpy(zero_copy_only=False))
    if pa.types.is_struct(kind):
        for index, field in enumerate(kind):
            if not field.nullable:
                complete = complete & _complete(array.field(index), field.type)
    elif pa.types.is_list(kind) and not kind.value_field.nullable:
        lengths = array.value_lengths().fill_null(0).to_numpy()
        lacking = ~_complete(array.flatten(), kind.value_type)
        complete[np.repeat(np.arange(len(array)), lengths)[lacking]] = False
    return complete


def _describe(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        fields = (f"{f.name}{_describe(f.type)}" for f in kind if not f.nullable)
        return "{" + ", ".join(fields) + "}"
    return f"[{_describe(kind.value_type)}]" if pa.types.is_list(kind) else ""
