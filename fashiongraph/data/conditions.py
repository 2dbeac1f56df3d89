"""Conditions on columns of items, such as ``price < 40``."""

from __future__ import annotations

import csv
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_FORM = re.compile(r"\s*(.+?)\s*(<=|>=|!=|<|>|=|\bin\b)\s*(.*?)\s*", re.DOTALL)
_SHOWN = 5


@dataclass(frozen=True)
class Condition:
    """Condition on a column: ``column OP value``.

    Args:
        column: Name of a column of the item table, or ``item_id`` or ``category``.
        operator: ``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=`` or ``in``.
        values: The value, or for ``in`` the values.
        negated: Whether the condition holds for the items that do not fulfil it, also for those
            with a missing value.

    Example:
        >>> Condition.parse("price < 40")
        Condition(column='price', operator='<', values=('40',), negated=False)
        >>> Condition.parse("colour in red, blue").values
        ('red', 'blue')
    """

    column: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False

    @classmethod
    def parse(cls, text: str, negated: bool = False) -> Condition:
        """Read a condition.

        Args:
            text: ``column OP value``; values of ``in`` are separated by commas, and one that
                contains a comma is quoted.
            negated: Whether the items are asked for that do not fulfil it. Errors name the argument
                ``unless`` then, and ``where`` otherwise.

        Raises:
            FashionGraphError: If the text is of another form.
        """
        found = _FORM.fullmatch(text)
        if found is None or not found[3]:
            raise FashionGraphError(
                f"'{_argument(negated)}' needs a condition such as 'price < 40', with one of "
                f"{' '.join([*_COMPARE, 'in'])} (got {text!r})"
            )
        column, sign, value = found.groups()
        values = next(csv.reader([value], skipinitialspace=True)) if sign == "in" else [value]
        return cls(column, sign, tuple(one.strip() for one in values), negated)

    def holds(self, items: ItemTable) -> np.ndarray:
        """Items for which the condition holds [n]; a missing value fulfils only a negated one.

        Args:
            items: The items.

        Raises:
            FashionGraphError: If the column does not exist, a value is not of its type, or no item
                has a value that the condition names.
        """
        column = column_of(items, self.column, _argument(self.negated))
        found = self._fulfilled(column)
        return ~found if self.negated else found

    def typed(self, column: pd.Series[Any]) -> list[Any]:
        """The values in the type of a column.

        Args:
            column: The column.

        Raises:
            FashionGraphError: If a value is not of its type.
        """
        return [self._typed(one, column) for one in self.values]

    def _fulfilled(self, column: pd.Series[Any]) -> np.ndarray:
        argument, values = _argument(self.negated), pd.Series(self.typed(column))
        present = column.notna().to_numpy()
        if self.operator in ("in", "=", "!="):
            known = column[present]
            unknown = values[~values.isin(known)]
            if len(unknown) and not _is_ordered(column):
                names = ", ".join(map(str, known.unique()[:_SHOWN]))
                raise FashionGraphError(
                    f"'{argument}' needs values of {self.column!r}, such as {names} "
                    f"(got {unknown.iloc[0]!r})"
                )
            equal = column.isin(values).to_numpy()
            return present & (~equal if self.operator == "!=" else equal)
        if not _is_ordered(column):
            raise FashionGraphError(
                f"'{argument}' needs '=', '!=' or 'in' for {self.column!r}, which holds text "
                f"(got {self.operator!r})"
            )
        found = np.zeros(len(column), dtype=bool)
        found[present] = _COMPARE[self.operator](column[present], values[0]).to_numpy()
        return found

    def _typed(self, value: str, column: pd.Series[Any]) -> Any:
        try:
            if pd.api.types.is_bool_dtype(column):
                return {"true": True, "false": False}[value.lower()]
            if pd.api.types.is_numeric_dtype(column):
                return float(value)
            if pd.api.types.is_datetime64_any_dtype(column):
                return pd.Timestamp(value)
        except (ValueError, KeyError) as error:
            kind = column.dtype
            raise FashionGraphError(
                f"'{_argument(self.negated)}' needs a value of the type of {self.column!r}, {kind} "
                f"(got {value!r})"
            ) from error
        return value


def read_conditions(where: Sequence[str] = (), unless: Sequence[str] = ()) -> list[Condition]:
    """Read conditions.

    Args:
        where: Conditions that hold.
        unless: Conditions of which none holds.

    Raises:
        FashionGraphError: If one is of another form.

    Example:
        >>> [one.negated for one in read_conditions(["price < 40"], unless=["colour = blue"])]
        [False, True]
    """
    for name, texts in (("where", where), ("unless", unless)):
        if isinstance(texts, str):
            raise FashionGraphError(f"'{name}' needs a list (got {texts!r})")
    found = [Condition.parse(text) for text in where]
    return [*found, *(Condition.parse(text, negated=True) for text in unless)]


def allowed_items(
    items: ItemTable,
    where: Sequence[str] = (),
    unless: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Tensor:
    """Items that fulfil all conditions [n].

    Args:
        items: The items.
        where: Conditions that hold.
        unless: Conditions of which none holds.
        exclude: Identifiers of items to leave out.

    Raises:
        FashionGraphError: If a condition cannot be read or evaluated, or an item is unknown.

    Example:
        >>> frame = pd.DataFrame({"price": [10, 50, 30], "colour": ["red", "red", "blue"]})
        >>> items = ItemTable.from_lists([*"abc"], ["top"] * 3, columns=frame)
        >>> allowed_items(items, where=["price < 40"], unless=["colour = blue"]).tolist()
        [True, False, False]
    """
    if isinstance(exclude, str):
        raise FashionGraphError(f"'exclude' needs a list (got {exclude!r})")
    allowed = np.ones(len(items), dtype=bool)
    for condition in read_conditions(where, unless):
        allowed &= condition.holds(items)
    allowed[items.rows(list(exclude), "exclude").numpy()] = False
    return torch.from_numpy(allowed)


def column_of(items: ItemTable, name: str, argument: str = "where") -> pd.Series[Any]:
    """A column by the name that conditions give it; a missing category is a missing value.

    Args:
        items: The items.
        name: Name of a column, or ``item_id`` or ``category``.
        argument: Name of the argument that holds the condition, for errors.

    Raises:
        FashionGraphError: If there is no such column.

    Example:
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "shoe"])
        >>> column_of(items, "category").tolist()
        ['top', 'shoe']
    """
    if name == "item_id":
        return pd.Series(items.ids.to_numpy(object))
    if name == "category":
        names = np.array([*items.categories, None], dtype=object)  # -1 is no category
        return pd.Series(names[items.category_id.numpy()])
    if name not in items.columns:
        known = ", ".join(["item_id", "category", *map(str, items.columns)])
        raise FashionGraphError(f"'{argument}' needs a column among {known} (got {name!r})")
    return items.column(name).reset_index(drop=True)


def _is_ordered(column: pd.Series[Any]) -> bool:
    types = pd.api.types
    return bool(
        (types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column))
        and not types.is_bool_dtype(column)
    )


def _argument(negated: bool) -> str:
    return "unless" if negated else "where"
