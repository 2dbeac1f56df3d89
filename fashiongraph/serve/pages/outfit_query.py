"""State of the page of an outfit, held in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from fashiongraph.serve.item_search import ColumnFilter

_MOST_ITEMS = 20


@dataclass(frozen=True)
class Filters:
    """Words, category and values of columns by which items are chosen.

    Args:
        text: Words.
        category: Category; empty for any.
        values: Chosen value of each column of texts; ``NAME_min`` and ``NAME_max`` of numbers.

    Example:
        >>> filters = Filters("", "", {"price_max": "40", "colour": "red"})
        >>> columns = [ColumnFilter("price", (), 1.0, 90.0), ColumnFilter("colour", ["red"])]
        >>> filters.conditions(columns)
        ['price <= 40', 'colour = red']
    """

    text: str = ""
    category: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, params: QueryParams) -> Filters:
        """Read the filters of an address.

        Args:
            params: Parameters of the address.
        """
        values = {
            name[2:]: value for name, value in params.items() if name.startswith("f_") and value
        }
        return cls(params.get("q", ""), params.get("category", ""), values)

    def conditions(self, columns: Sequence[ColumnFilter]) -> list[str]:
        """Conditions on columns, without words and category.

        Args:
            columns: Columns to filter by.
        """
        found = []
        for column in columns:
            if not column.is_number:
                if column.name in self.values:
                    found.append(f"{column.name} = {self.values[column.name]}")
                continue
            for end, sign in (("min", ">="), ("max", "<=")):
                value = self.values.get(f"{column.name}_{end}")
                if value is not None:
                    found.append(f"{column.name} {sign} {value}")
        return found

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as parameters of an address."""
        own = [("q", self.text), ("category", self.category)]
        return [(name, value) for name, value in own if value] + [
            (f"f_{name}", value) for name, value in self.values.items()
        ]


@dataclass(frozen=True)
class OutfitQuery:
    """State of the page of an outfit: a link to it holds the outfit.

    Args:
        items: Identifiers of its items.
        filters: Filters of suggestions and of the grid of items.
        page: Number of the page of the grid.
        swap: Item to swap; empty for none.
        slot: Category to fill; empty for none.
        undo: The items before the last change, or :obj:`None`.

    Example:
        >>> query = OutfitQuery(("a", "b"))
        >>> query.without("a")
        '/outfit?item=b&undo=a&undo=b'
        >>> query.url(swap="b")
        '/outfit?item=a&item=b&swap=b'
    """

    items: tuple[str, ...] = ()
    filters: Filters = Filters()
    page: int = 1
    swap: str = ""
    slot: str = ""
    undo: tuple[str, ...] | None = None

    @classmethod
    def of(cls, params: QueryParams) -> OutfitQuery:
        """Read the state of an address.

        Args:
            params: Parameters of the address.
        """
        page = params.get("page", "1")
        undo = params.getlist("undo")
        return cls(
            items=tuple(dict.fromkeys(params.getlist("item")))[:_MOST_ITEMS],
            filters=Filters.of(params),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1,
            swap=params.get("swap", ""),
            slot=params.get("slot", ""),
            undo=tuple(one for one in undo if one)[:_MOST_ITEMS] if undo else None,
        )

    def url(self, **changes: Any) -> str:
        """Address of the page after changes.

        Args:
            **changes: New values of fields.
        """
        return f"/outfit?{urlencode(replace(self, **changes)._pairs())}"

    def added(self, item: str) -> str:
        """Address with an item added."""
        return self._changed((*self.items, item))

    def without(self, item: str) -> str:
        """Address without an item."""
        return self._changed(tuple(one for one in self.items if one != item))

    def swapped(self, item: str, other: str) -> str:
        """Address with an item in place of another."""
        return self._changed(tuple(other if one == item else one for one in self.items))

    def undone(self) -> str:
        """Address before the last change."""
        return self.url(items=self.undo, undo=None, swap="", slot="", page=1)

    def _changed(self, items: tuple[str, ...]) -> str:
        return self.url(items=items, undo=self.items, swap="", slot="")

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [("item", one) for one in self.items] + self.filters.pairs()
        pairs += [("page", str(self.page))] if self.page > 1 else []
        pairs += [
            (name, value) for name, value in (("swap", self.swap), ("slot", self.slot)) if value
        ]
        if self.undo is not None:
            pairs += [("undo", one) for one in self.undo or ("",)]
        return pairs
