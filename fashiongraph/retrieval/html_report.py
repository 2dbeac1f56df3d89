"""A page of answers: the query on the left, the results on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from fashiongraph.files import atomic_write
from fashiongraph.retrieval.item_view import ItemView


@dataclass(frozen=True)
class ReportRow:
    """One query and its results.

    Args:
        name: What was asked, such as the slot.
        query: The query's items.
        results: The results, best first.
    """

    name: str
    query: list[ItemView]
    results: list[ItemView]


def write_html_report(path: str | Path, title: str, rows: Sequence[ReportRow]) -> None:
    """Write answers as one HTML file that needs no other, whole or not at all.

    Items with a picture show it, others their title; what was wanted is marked.

    Args:
        path: The file.
        title: The page's title.
        rows: The queries.
    """
    # Every value is escaped where the template puts it: titles are other people's text.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files("fashiongraph.retrieval").joinpath("html_report.html.jinja")
    page = environment.from_string(template.read_text(encoding="utf-8"))
    with atomic_write(path) as draft:
        draft.write_text(page.render(title=title, rows=rows), encoding="utf-8")
