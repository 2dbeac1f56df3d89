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
from fashiongraph.retrieval.item_view import item_views
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue


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
        items, folder = self.catalogue.items, self.catalogue.folder
        shown = []
        for panel in self.panels:
            captions = [*panel.captions, *[""] * (len(panel.items) - len(panel.captions))]
            views = item_views(items, list(panel.items), folder)
            shown.append((panel, list(zip(views, captions, strict=True))))
        tables = [(name, self._cells(table)) for name, table in self.terms.items()]
        text = page.render(sentence=self.sentence, panels=shown, tables=tables)
        with atomic_write(path) as draft:
            draft.write_text(text, encoding="utf-8")

    def _cells(self, table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
        """Header and cells of a table as text, with names in place of identifiers."""
        items, name = self.catalogue.items, self.catalogue.name
        shown = table.copy()
        for column in ("item", "other"):
            if column in shown:
                shown[column] = [name(int(row)) for row in items.rows(shown[column].tolist())]
        cells = [
            [f"{value:.2f}" if isinstance(value, float) else str(value) for value in row]
            for row in shown.itertuples(index=False)
        ]
        return [str(one).replace("_", " ") for one in shown.columns], cells
