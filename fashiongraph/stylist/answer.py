"""Answer of a stylist: a sentence, a table, and a page with pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined

from fashiongraph.files import atomic_write
from fashiongraph.retrieval.item_view import ItemView, item_views
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue

_ITEMS = ("item", "other")  # columns of tables that hold identifiers


@dataclass(frozen=True)
class Panel:
    """Outfit or list of items on the page of an answer.

    Args:
        title: Title of the panel.
        items: Identifiers of its items.
        captions: Text below each item; none by default.
        verdict: Text beside the title.

    Example:
        >>> Panel("Outfit", ["a1"], ["fits least"]).items
        ['a1']
    """

    title: str
    items: Sequence[str]
    captions: Sequence[str] = ()
    verdict: str = ""


@dataclass(frozen=True, eq=False)
class Answer:
    """Answer of a :class:`~fashiongraph.stylist.Stylist`.

    Args:
        catalogue: The catalogue that it is about.
        sentence: The answer in one sentence.
        frame: The answer as a table.
        panels: Outfits and items of the page.
        outfits: Composed outfits, each the identifiers of its items.
        terms: Further tables by name, such as scores of pairs.

    Example:
        >>> answer = Answer(None, "1 outfit.", pd.DataFrame({"score": [64.0]}))  # no pictures
        >>> answer.to_dict()
        {'sentence': '1 outfit.', 'rows': [{'score': 64.0}]}
    """

    catalogue: ScoredCatalogue = field(repr=False)
    sentence: str
    frame: pd.DataFrame
    panels: Sequence[Panel] = ()
    outfits: Sequence[Sequence[str]] = ()
    terms: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.frame

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON values: ``sentence``, ``rows``, composed outfits and further tables.

        A missing score is ``None``.
        """
        tables = {"rows": self.frame, **self.terms}
        found = {name: json.loads(one.to_json(orient="records")) for name, one in tables.items()}
        if self.outfits:
            found["outfits"] = [list(outfit) for outfit in self.outfits]
        return {"sentence": self.sentence, **found}

    def to_html(self, path: str | Path) -> None:
        """Write a self-contained page with the sentence, pictures and tables, atomically.

        Args:
            path: The file to write.
        """
        # Titles are untrusted text: every value is escaped.
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        template = resources.files("fashiongraph.stylist").joinpath("answer.html.jinja")
        page = environment.from_string(template.read_text(encoding="utf-8"))
        views = self._views()
        shown = []
        for panel in self.panels:
            captions = [*panel.captions, *[""] * (len(panel.items) - len(panel.captions))]
            of_panel = [views[item] for item in panel.items]
            shown.append((panel, list(zip(of_panel, captions, strict=True))))
        tables = [(name, self._cells(table, views)) for name, table in self.terms.items()]
        text = page.render(sentence=self.sentence, panels=shown, tables=tables)
        with atomic_write(path) as draft:
            draft.write_text(text, encoding="utf-8")

    def _views(self) -> dict[str, ItemView]:
        """Views of all items of the page by identifier, each made once."""
        names = [item for panel in self.panels for item in panel.items]
        for table in self.terms.values():
            names += [item for column in _ITEMS if column in table for item in table[column]]
        distinct = list(dict.fromkeys(names))
        views = item_views(
            self.catalogue.items,
            distinct,
            self.catalogue.folder,
            pictures=self.catalogue.pictures,
        )
        return dict(zip(distinct, views, strict=True))

    def _cells(
        self, table: pd.DataFrame, views: Mapping[str, ItemView]
    ) -> tuple[list[str], list[list[str | ItemView]]]:
        """Header and cells of a table: text, or the views of items."""
        columns = [str(one) for one in table.columns]
        cells = [
            [
                views[value] if column in _ITEMS else _text(value)
                for column, value in zip(columns, row, strict=True)
            ]
            for row in table.itertuples(index=False)
        ]
        return [one.replace("_", " ") for one in columns], cells


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.2f}"
    return str(value)
