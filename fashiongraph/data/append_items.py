"""Items added to a table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch

from fashiongraph.data.feature_source import check_sources
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError


def append_items(items: ItemTable, further: ItemTable, argument: str = "further") -> ItemTable:
    """One table of two: rows and category indices of the first stay as they are.

    New categories come last in the vocabulary. An item has a missing value in a column that only
    the other table has. Further items have the frequency 0 where the first table has frequencies.

    Args:
        items: The first table.
        further: Further items, with features of the same encoders.
        argument: Name of the argument that holds them, for errors.

    Raises:
        FashionGraphError: If an identifier is in both tables, the features differ in number or
            encoder, or a value is not of the type of its column.

    Example:
        >>> frame = pd.DataFrame({"price": [10, 20]})
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "shoe"], torch.eye(2), frame)
        >>> table = append_items(items, ItemTable.from_lists(["c"], ["bag"], torch.ones(1, 2)))
        >>> table.categories, table.category_id.tolist(), table.column("price").tolist()
        (['shoe', 'top', 'bag'], [1, 0, 2], [10.0, 20.0, nan])
    """
    known = items.ids.get_indexer(further.ids) >= 0
    if known.any():
        twice = further.ids[known][0]
        raise FashionGraphError(
            f"'{argument}' needs identifiers that the other items lack (got {twice!r})"
        )
    if items.num_features != further.num_features:
        raise FashionGraphError(
            f"'{argument}' needs {items.num_features} features (got {further.num_features})"
        )
    check_sources(items.feature_sources, further.feature_sources, argument)
    vocabulary = list(dict.fromkeys([*items.categories, *further.categories]))
    features = items.features
    if features is not None and further.features is not None:
        features = torch.cat([features, further.features.to(features.dtype)])
    frequency = items.frequency
    if frequency is not None:
        frequency = torch.cat([frequency, frequency.new_zeros(len(further))])
    return ItemTable(
        ids=items.ids.append(further.ids),
        category_id=torch.cat([items.category_id, further.with_vocabulary(vocabulary).category_id]),
        categories=vocabulary,
        features=features,
        columns=_columns(items, further, argument),
        frequency=frequency,
        feature_sources=items.feature_sources,
    )


def _columns(items: ItemTable, further: ItemTable, argument: str) -> pd.DataFrame:
    """Columns of both tables; a column keeps the type that it has in the first one."""
    rows = pd.RangeIndex(len(items) + len(further))
    first = items.columns.set_axis(rows[: len(items)]) if items.columns.shape[1] else pd.DataFrame()
    second = pd.DataFrame()
    if further.columns.shape[1]:
        second = further.columns.set_axis(rows[len(items) :])
    found: dict[Any, pd.Series[Any]] = {}
    for name in dict.fromkeys([*first.columns, *second.columns]):
        if name not in first:
            found[name] = second[name].reindex(rows)
            continue
        column = first[name]
        if pd.api.types.is_bool_dtype(column):
            column = column.astype("boolean")  # with missing values it would become text
        if name in second:
            column = pd.concat([column, _typed(second[name], column, argument)])
        found[name] = column.reindex(rows)
    return pd.DataFrame(found, index=rows) if found else pd.DataFrame()


def _typed(values: pd.Series[Any], column: pd.Series[Any], argument: str) -> pd.Series[Any]:
    """Values in the type of a column."""
    types = pd.api.types
    try:
        if types.is_bool_dtype(column):
            return values.astype("boolean")
        if types.is_numeric_dtype(column):
            return pd.to_numeric(values)
        if types.is_datetime64_any_dtype(column):
            return pd.to_datetime(values)
    except (TypeError, ValueError) as error:
        raise FashionGraphError(
            f"'{argument}' needs values of the type of {column.name!r}, {column.dtype} ({error})"
        ) from error
    return values
