"""Bounds on sums over the items of an outfit, such as ``total price <= 150``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError

_FORM = re.compile(r"\s*total\s+(.+?)\s*(<=|<)\s*(.*?)\s*", re.DOTALL)
_TOLERANCE = 1e-9  # relative error of sums of decimal fractions


@dataclass(frozen=True)
class Limit:
    r"""Upper bound on the sum of a value over the items of an outfit.

    .. math::
        \sum_{i \in O} v_i \le b

    Args:
        name: The value by name, such as the column of a budget.
        values: Value of each item, v, in double precision [n]; NaN if it is missing.
        most: The bound, b.

    Example:
        >>> items = ItemTable.from_lists(
        ...     [*"abc"], ["top", "shoe", "shoe"], columns=pd.DataFrame({"price": [10, 50, None]})
        ... )
        >>> limit = Limit.parse("total price <= 60", items)
        >>> limit.values.tolist(), limit.most
        ([10.0, 50.0, nan], 60.00000006)
    """

    name: str
    values: Tensor
    most: float

    @classmethod
    def parse(cls, text: str, items: ItemTable) -> Limit:
        """Read a budget.

        Args:
            text: ``total COLUMN <= VALUE``, or with ``<``.
            items: The items, with the column.

        Raises:
            FashionGraphError: If the text is of another form, or the column is not one of numbers.
        """
        found = _FORM.fullmatch(text)
        bound = pd.to_numeric(found[3], errors="coerce") if found else np.nan
        if found is None or not np.isfinite(bound):
            raise FashionGraphError(
                f"'budget' needs the form 'total COLUMN <= NUMBER', such as 'total price <= 150' "
                f"(got {text!r})"
            )
        numeric = items.columns.select_dtypes("number")
        if found[1] not in numeric:
            names = ", ".join(map(str, numeric.columns)) or "none"
            raise FashionGraphError(
                f"'budget' needs a column of numbers, of which there are {names} (got {found[1]!r})"
            )
        values = numeric[found[1]].to_numpy(np.float64, na_value=np.nan, copy=True)
        # A sum of prices may differ from its bound by rounding: 49.9 + 50.1 + 50 <= 150.
        slack = _TOLERANCE * max(abs(float(bound)), 1.0)
        most = float(bound) + (slack if found[2] == "<=" else -slack)
        return cls(found[1], torch.from_numpy(values), most)

    def admits(
        self, outfit: Tensor, candidates: Tensor, least_rest: Tensor | float = 0.0
    ) -> Tensor:
        """Candidates with which an outfit can stay within the bound [M].

        Args:
            outfit: Rows of the items of the outfit [n].
            candidates: Rows of the candidates [M].
            least_rest: Least sum over the items that are still to come, with each candidate [M].
        """
        total: Tensor = self.values[outfit].sum() + self.values[candidates] + least_rest
        return total <= self.most

    def least_rest(self, candidates: Tensor, pools: Sequence[tuple[Tensor, int]]) -> Tensor:
        """Least sum over items to come, if a candidate is added [M].

        An item is used once: the candidate itself is none of the items to come.

        Args:
            candidates: Rows of the candidates [M].
            pools: For each category to come the rows that it may be filled with, and the number of
                items of it.
        """
        total = torch.zeros(len(candidates), dtype=torch.float64)
        for rows, count in pools:
            if len(rows) < count:
                return torch.full_like(total, torch.inf)
            order = self.values[rows].argsort(stable=True)
            lowest = rows[order[: count + 1]]
            value = self.values[lowest]
            after = value[count] if len(lowest) > count else value.new_tensor(torch.inf)
            least = value[:count].sum()
            used = torch.isin(candidates, lowest[:count])
            total += torch.where(used, least - self.values[candidates] + after, least)
        return total


def limits(
    items: ItemTable,
    budget: Sequence[str] = (),
    owned: Sequence[str] | None = None,
    max_new: int = 0,
) -> list[Limit]:
    """Bounds of a budget, and of the number of items that a person does not own.

    Args:
        items: The items.
        budget: Texts ``total COLUMN <= VALUE``.
        owned: Identifiers of the items that a person owns; :obj:`None` for no bound.
        max_new: Largest number of other items.

    Raises:
        FashionGraphError: If a budget cannot be read, an item is unknown, or the number is negative
            or given without ``owned``.

    Example:
        >>> items = ItemTable.from_lists([*"abc"], ["top", "shoe", "shoe"])
        >>> (limit,) = limits(items, owned=["a"], max_new=1)
        >>> limit.values.tolist(), limit.most
        ([0.0, 1.0, 1.0], 1.0)
    """
    for name, texts in (("budget", budget), ("owned", owned)):
        if isinstance(texts, str):
            raise FashionGraphError(f"'{name}' needs a list (got {texts!r})")
    found = [Limit.parse(text, items) for text in budget]
    if max_new < 0:
        raise FashionGraphError(f"'max_new' needs to be at least 0 (got {max_new})")
    if owned is None:
        if max_new:
            raise FashionGraphError(f"'max_new' needs 'owned', the items at hand (got {max_new})")
        return found
    new = torch.ones(len(items), dtype=torch.float64)
    new[items.rows(list(owned), "owned")] = 0
    return [*found, Limit("new", new, float(max_new))]


def with_values(
    bounds: Sequence[Limit], items: ItemTable, outfit: Tensor, allowed: Tensor
) -> tuple[Tensor, str]:
    """Allowed items that have the values that bounds are about.

    Args:
        bounds: The bounds.
        items: The items.
        outfit: Rows of the items that are in the outfit already [m].
        allowed: Whether each item is allowed [n].

    Returns:
        Whether each item is allowed and has all values [n], and a sentence about those that have
        not, empty if all have.

    Raises:
        FashionGraphError: If an item of the outfit lacks a value.
    """
    sentence = ""
    for one in bounds:
        lacking = one.values.isnan()
        if bool(lacking[outfit].any()):
            row = int(outfit[lacking[outfit]][0])
            raise FashionGraphError(
                f"'budget' needs a {one.name!r} of every item of the outfit "
                f"(got none of {items.ids[row]!r})"
            )
        count = int((allowed & lacking).sum())
        if count:
            some = "1 item has" if count == 1 else f"{count:,} items have"
            sentence += f" {some} no {one.name} and cannot be suggested."
        allowed = allowed & ~lacking
    return allowed, sentence


def within(
    bounds: Sequence[Limit], items: ItemTable, outfit: Tensor, allowed: Tensor
) -> tuple[Tensor, str]:
    """Allowed items that an outfit can be given without exceeding bounds.

    Args:
        bounds: The bounds.
        items: The items.
        outfit: Rows of the items of the outfit [m].
        allowed: Whether each item is allowed [n].

    Returns:
        As :func:`with_values`.

    Raises:
        FashionGraphError: As :func:`with_values`.
    """
    allowed, sentence = with_values(bounds, items, outfit, allowed)
    for one in bounds:
        allowed = allowed & one.admits(outfit, torch.arange(len(items)))
    return allowed, sentence


def captions(bounds: Sequence[Limit], outfit: Tensor) -> list[str]:
    """What each item of an outfit adds to sums, as text [n]; empty if it adds nothing.

    Args:
        bounds: Upper bounds on the sums.
        outfit: Rows of the items [n].

    Example:
        >>> items = ItemTable.from_lists([*"ab"], ["top", "shoe"])
        >>> captions(limits(items, owned=["a"], max_new=1), items.rows(["a", "b"]))
        ['', 'new 1']
    """
    values = torch.stack([one.values[outfit] for one in bounds]) if bounds else torch.empty(0)
    return [
        ", ".join(
            f"{one.name} {value:g}" for one, value in zip(bounds, column, strict=True) if value
        )
        for column in values.t().tolist()
    ]
