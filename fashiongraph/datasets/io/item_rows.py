"""Checked rows of a table of items."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.checks import LARGEST_FEATURE
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.checked_rows import CheckedRows
from fashiongraph.datasets.io.feature_card import check_feature_card
from fashiongraph.datasets.io.feature_file import join_features, nonfinite_rows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError


class ItemRows(CheckedRows):
    """Rows of items with unique identifiers and a category.

    Args:
        table: The items, of n rows.
        problems: Collects broken rules.

    Attributes:
        ids: Distinct identifiers, including those of dropped rows [d].
    """

    def __init__(self, table: Table, problems: Problems) -> None:
        super().__init__(table, problems)
        self._code, self.ids = table.encode("item_id")
        self.drop_blank("item_id")
        highest = np.maximum.accumulate(self._code)  # codes count up from 0 as values appear
        self.drop(
            np.diff(highest, prepend=-1) == 0,
            lambda i: f"'item_id' needs to be unique (got {self.value('item_id', i)} again)",
        )
        self.drop_blank("category")

    def check_features(
        self, path: Path, features: np.ndarray, allow_missing: bool
    ) -> FeatureSource:
        """Drop the items whose features are not finite.

        Args:
            path: The file of the features. Its rows are counted from 0, as an array's are.
            features: One row per record of the table [len(table.records), F].
            allow_missing: As for :func:`nonfinite_rows`.

        Returns:
            The encoder of the features.

        Raises:
            DataError: If the number of rows differs, or as :func:`check_feature_card`.
        """
        if len(features) != len(self.table.records):
            raise DataError(
                f"features need one row per row of {self.table.path.name} "
                f"(got {len(features)} for {len(self.table.records)})",
                file=path,
            )
        readable = len(self.table) == len(self.table.records)  # each identifier
        ids = self.table.by_record("item_id") if readable else None
        source = check_feature_card(path, features, ids)
        record = self.table.record
        self.drop(
            np.isin(record, nonfinite_rows(features, allow_missing)),
            lambda i: (
                f"features need to be finite and at most {LARGEST_FEATURE:g} "
                f"(got {_nonfinite_value(features[record[i]])} "
                f"for item {self.value('item_id', i)}; rows count from 0)"
            ),
            file=path,
            row=record,
        )
        return source

    @property
    def row_of_id(self) -> np.ndarray:
        """Row in :meth:`item_table` of each of ``ids``, -1 for dropped ones [d + 1].

        The last entry is -1, so that index -1, an unknown item, gives -1.
        """
        rows = np.full(len(self.ids) + 1, -1)
        rows[self._code[self.kept]] = np.arange(self.kept.sum())
        return rows

    def item_table(
        self, features: Sequence[np.ndarray], sources: Sequence[FeatureSource] = ()
    ) -> ItemTable:
        """The kept items.

        Args:
            features: Arrays with one row per record of the table [len(table.records), F].
            sources: File and encoder of each array.
        """
        if self.kept.sum() < len(self.table.records):
            features = [array[self.table.record[self.kept]] for array in features]
        columns = self.table.columns.filter(pa.array(self.kept))
        category = pd.Categorical(columns["category"].to_pandas())
        return ItemTable(
            ids=pd.Index(columns["item_id"].to_pandas()).astype(str).rename(None),
            category_id=torch.from_numpy(category.codes.astype(np.int64)),
            categories=category.categories.tolist(),
            features=join_features(features),
            feature_sources=tuple(sources),
            columns=self._pandas(columns.drop_columns(["item_id", "category"])),
        )

    def _pandas(self, columns: pa.Table) -> pd.DataFrame:
        for index, name in enumerate(columns.column_names):
            column = columns[name]
            if pa.types.is_integer(column.type) and column.null_count:
                bounds = pc.min_max(column).as_py().values()
                if any(bound is not None and abs(bound) > 2**53 for bound in bounds):
                    # pandas would convert them to floats, and different identifiers to one number
                    column = column.cast(pa.large_string())
                    columns = columns.set_column(index, name, column)
            if pa.types.is_large_string(column.type):
                empty = pc.equal(pc.binary_length(column), 0)
                columns = columns.set_column(index, name, pc.if_else(empty, None, column))
        try:
            frame: pd.DataFrame = columns.to_pandas(date_as_object=False, ignore_metadata=True)
        except (pa.ArrowException, ValueError) as error:
            raise DataError(
                f"the columns need types of pandas ({error})", self.table.path
            ) from error
        return frame


def _nonfinite_value(row: np.ndarray) -> str:
    column = int(np.flatnonzero(~(np.abs(row.astype(np.float64)) <= LARGEST_FEATURE))[0])
    return f"{row[column]} in column {column}"
