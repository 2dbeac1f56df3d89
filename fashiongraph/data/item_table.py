"""Table of items: identifiers, categories, features and further columns."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.checks import (
    LARGEST_FEATURE,
    broken_rows,
    check_present,
    hashed,
    integers,
    strings,
)
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False)
class ItemTable:
    """Table of items in columnar form, with one row per item.

    Columns are tensors and arrays without a Python object per item, for tables of millions of
    rows.

    Args:
        ids: Item identifiers [n], unique; converted to an index.
        category_id: Index of each item's category in ``categories`` [n]; ``-1`` if unknown.
        categories: The category vocabulary, by index.
        features: Features [n, F] of any float type, in memory or memory-mapped, or :obj:`None`.
        columns: Further columns by name, in the order of ``ids``.
        frequency: Number of outfits with the item over all splits [n], or :obj:`None`.
        feature_sources: Files and encoders of the features, in the order of their columns; empty
            for features in memory.

    Raises:
        FashionGraphError: If the columns differ in length, an identifier repeats or a category is
            out of range.

    Example:
        >>> import torch
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "shoe", "top"], torch.eye(3))
        >>> items.categories, items.category_id.tolist(), items.num_features
        (['shoe', 'top'], [1, 0, 1], 3)
    """

    ids: pd.Index[str]
    category_id: Tensor
    categories: list[str]
    features: Tensor | None = None
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    frequency: Tensor | None = None
    feature_sources: tuple[FeatureSource, ...] = ()

    def __post_init__(self) -> None:
        ids: Any = self.ids
        if not isinstance(ids, pd.Index):
            object.__setattr__(self, "ids", strings(ids))
        category_id = integers("category_id", self.category_id)
        object.__setattr__(self, "category_id", category_id)
        self._check_columns()
        # Index.is_unique would build a hash table of Python objects, which is rarely needed.
        if len(pd.unique(self.ids.array)) < len(self.ids):
            repeated = self.ids[self.ids.duplicated()][0]
            raise FashionGraphError(f"'ids' needs to be unique (got {repeated!r} twice)")

    def _check_columns(self) -> None:
        lengths = {"category_id": len(self.category_id)}
        if self.features is not None:
            if self.features.dim() < 2:
                raise FashionGraphError(
                    f"'features' needs the shape [{len(self.ids)}, F] "
                    f"(got {list(self.features.shape)})"
                )
            lengths["features"] = len(self.features)
        if self.columns.shape[1]:
            lengths["columns"] = len(self.columns)
        if self.frequency is not None:
            lengths["frequency"] = len(self.frequency)
        for name, length in lengths.items():
            if length != len(self.ids):
                raise FashionGraphError(
                    f"'{name}' needs one row per item (got {length} rows for {len(self.ids)} items)"
                )
        highest = int(self.category_id.max()) if len(self.ids) else -1
        if highest >= len(self.categories):
            raise FashionGraphError(
                f"'category_id' needs to be below {len(self.categories)} (got {highest})"
            )
        lowest = int(self.category_id.min()) if len(self.ids) else -1
        if lowest < -1:
            raise FashionGraphError(f"'category_id' needs to be at least -1 (got {lowest})")

    @classmethod
    def from_lists(
        cls,
        ids: Sequence[str],
        categories: Sequence[str],
        features: Tensor | np.ndarray | Sequence[Sequence[float]] | None = None,
        columns: pd.DataFrame | None = None,
        vocabulary: Sequence[str] | None = None,
    ) -> ItemTable:
        """Make a table from one identifier and one category name per item.

        Args:
            ids: Item identifiers [n].
            categories: Category names [n].
            features: Rows of features [n, F].
            columns: Further columns.
            vocabulary: The category names by index; by default the sorted names that occur. A
                category outside a given vocabulary becomes ``-1``.

        Raises:
            FashionGraphError: If an identifier is missing, or a category is missing and no
                vocabulary is given.
        """
        check_present("ids", ids)
        if vocabulary is None:
            check_present("categories", categories)
        names = strings(categories)
        vocabulary = sorted(names.unique()) if vocabulary is None else list(vocabulary)
        code = strings(vocabulary).get_indexer(names).astype(np.int64)
        return cls(
            ids=strings(ids),
            category_id=torch.from_numpy(code),
            categories=vocabulary,
            features=None if features is None else _tensor(features),
            columns=pd.DataFrame() if columns is None else columns.reset_index(drop=True),
        )

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, features: Tensor | np.ndarray | None = None
    ) -> ItemTable:
        """Make a table from a frame with the columns ``item_id`` and ``category`` and any others.

        Args:
            frame: One row per item.
            features: Features [n, F], in the order of the frame.

        Raises:
            FashionGraphError: If ``item_id`` or ``category`` or an entry of them is missing, or an
                identifier repeats.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"item_id": ["a"], "category": ["top"], "colour": ["red"]})
            >>> ItemTable.from_frame(frame).column("colour").tolist()
            ['red']
        """
        for name in ("item_id", "category"):
            if name not in frame:
                raise FashionGraphError(
                    f"'frame' needs a column {name!r} (got {', '.join(map(str, frame.columns))})"
                )
            if frame[name].isna().any():
                row = int(frame[name].isna().argmax())
                raise FashionGraphError(
                    f"'frame' needs a {name!r} in every row (row {row} has none)"
                )
        columns = frame.drop(columns=["item_id", "category"])
        return cls.from_lists(
            frame["item_id"].tolist(), frame["category"].tolist(), features, columns
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def num_categories(self) -> int:
        """Size of the category vocabulary."""
        return len(self.categories)

    @property
    def num_features(self) -> int:
        """Number of features, F; 0 if the table has none."""
        return 0 if self.features is None else int(self.features.size(1))

    @cached_property
    def key(self) -> Tensor:
        """Hash of each identifier [n], by which items of two tables are matched.

        It is computed once and shared with the tables derived from this one.
        """
        return torch.from_numpy(hashed(self.ids).view(np.int64))

    def rows(self, ids: Sequence[str] | pd.Index[str], argument: str = "ids") -> Tensor:
        """Rows of the given identifiers [len(ids)].

        Args:
            ids: The identifiers.
            argument: Name of the argument that holds them, for the error.

        Raises:
            FashionGraphError: If an identifier is not in the table.
        """
        found = self.find(ids)
        if bool((found < 0).any()):
            missing = int((found < 0).int().argmax())
            raise FashionGraphError(f"'{argument}' needs items of the table (got {ids[missing]!r})")
        return found

    def find(self, ids: Sequence[str] | pd.Index[str]) -> Tensor:
        """Rows of the given identifiers [len(ids)]; ``-1`` for one that is not in the table."""
        return torch.from_numpy(self.ids.get_indexer(strings(ids)).astype(np.int64))

    def feature_rows(self, rows: Tensor) -> Tensor:
        """Features of some rows in float32, the type of computation [len(rows), F].

        Args:
            rows: The rows.

        Raises:
            FashionGraphError: If the table has no features, or one of the rows is not finite or has
                a number above 1e15.

        Example:
            >>> import torch
            >>> items = ItemTable.from_lists(["a", "b"], ["top"] * 2, torch.eye(2).double())
            >>> items.feature_rows(torch.tensor([1]))
            tensor([[0., 1.]])
        """
        if self.features is None:
            raise FashionGraphError("'items' needs features")
        x = self.features[rows].float()
        broken = broken_rows(x)
        if broken.numel():
            item = self.ids[int(rows[broken[0]])]
            raise FashionGraphError(
                f"'features' needs finite numbers of at most {LARGEST_FEATURE:g} "
                f"(item {item!r} has another one)"
            )
        return x

    def column(self, name: str) -> pd.Series[Any]:
        """A further column by name.

        Raises:
            FashionGraphError: If the table has no such column, or its values are lists.
        """
        if name not in self.columns:
            raise FashionGraphError(
                f"'column' needs to be one of {', '.join(map(str, self.columns)) or 'none'} "
                f"(got {name!r})"
            )
        values = self.columns[name]
        if pd.api.types.is_object_dtype(values):
            present = values.dropna()
            if len(present) and not pd.api.types.is_scalar(present.iloc[0]):
                raise FashionGraphError(
                    f"'column' needs one value for each item ({name!r} has lists, such as "
                    f"{list(present.iloc[0])!r})"
                )
        return values

    def refined(self, column: str) -> ItemTable:
        """The same items in finer categories, such as ``"shoes / boots"``.

        An item with a missing value keeps its category. The column ``broad_category`` of the
        result holds the original categories.

        Args:
            column: Column by whose values categories are divided.

        Raises:
            FashionGraphError: If the column is unknown.

        Example:
            >>> import pandas as pd
            >>> columns = pd.DataFrame({"kind": ["boot", None]})
            >>> items = ItemTable.from_lists(["a", "b"], ["shoe", "shoe"], columns=columns)
            >>> items.refined("kind").categories
            ['shoe', 'shoe / boot']
        """
        # pandas stores integers with a missing entry as floats: 105, not 105.0.
        value = self.column(column).reset_index(drop=True).convert_dtypes().astype(object)
        names = np.array([*self.categories, None], dtype=object)  # -1 picks the last entry
        broad = pd.Series(names[self.category_id.numpy()])
        fine = broad.where(value.isna() | broad.isna(), broad + " / " + value.astype(str))
        code, finer = pd.factorize(fine, sort=True)
        return self._with(
            category_id=torch.from_numpy(code.astype(np.int64)),
            categories=finer.tolist(),
            columns=self.columns.assign(broad_category=broad.array),
        )

    def with_features(
        self, features: Tensor | None, sources: Sequence[FeatureSource] = ()
    ) -> ItemTable:
        """The same items with other features.

        Args:
            features: Rows of features [n, F].
            sources: Their files and encoders.
        """
        return self._with(features=features, feature_sources=tuple(sources))

    def with_frequency(self, frequency: Tensor) -> ItemTable:
        """The same items with other frequencies."""
        return self._with(frequency=frequency)

    def with_vocabulary(self, categories: Sequence[str], unknown: str = "error") -> ItemTable:
        """The same items with categories indexed by another vocabulary, such as a checkpoint's.

        Args:
            categories: The vocabulary to index by.
            unknown: Treatment of a category outside the vocabulary: ``"error"``, or ``"default"``
                for the index ``-1``, which has the default weight of the category graph.

        Raises:
            FashionGraphError: If a category is unknown and ``unknown="error"``.

        Example:
            >>> items = ItemTable.from_lists(["a", "b"], ["top", "shoe"])
            >>> items.with_vocabulary(["top"], unknown="default").category_id.tolist()
            [0, -1]
        """
        if unknown not in ("error", "default"):
            raise FashionGraphError(f"'unknown' needs to be 'error' or 'default' (got {unknown!r})")
        if list(categories) == self.categories:
            return self
        code = strings(categories).get_indexer(strings(self.categories)).astype(np.int64)
        count = torch.bincount(self.category_id + 1, minlength=len(code) + 1)[1:].tolist()
        missing = [
            name
            for name, c, used in zip(self.categories, code, count, strict=True)
            if used and c < 0
        ]
        if missing and unknown == "error":
            raise FashionGraphError(
                f"'categories' needs every category of the items (lacks {', '.join(missing[:5])}"
                f"{', …' if len(missing) > 5 else ''}); pass unknown='default' (--unknown default) "
                "to weigh them by default"
            )
        table = torch.from_numpy(np.append(code, -1))  # the last entry keeps -1 at -1
        return self._with(category_id=table[self.category_id], categories=list(categories))

    def _with(self, **columns: Any) -> ItemTable:
        """The same items with other columns, without another check for duplicate ``ids``."""
        table = copy(self)
        for name, values in columns.items():
            object.__setattr__(table, name, values)
        table._check_columns()
        return table


def _tensor(features: Tensor | np.ndarray | Sequence[Sequence[float]]) -> Tensor:
    """Features as a tensor that shares the memory of an array."""
    try:
        if isinstance(features, np.ndarray) and min(features.strides, default=0) < 0:
            features = features.copy()  # torch does not support negative strides
        return torch.as_tensor(features)
    except (TypeError, ValueError, RuntimeError) as error:
        raise FashionGraphError(
            f"'features' needs to be a tensor or an array of numbers ({error})"
        ) from error
