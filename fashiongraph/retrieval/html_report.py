"""HTML report of queries and their results."""

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
    """Row of an HTML report: a query and its results.

    Args:
        name: Title of the row, such as the slot.
        query: Items of the query.
        results: Items of the result, best first.

    Example:
        >>> query = ItemView("a1", category="top", title="white shirt", picture=None)
        >>> ReportRow("shoes", [query], results=[]).name
        'shoes'
    """

    name: str
    query: list[ItemView]
    results: list[ItemView]


def write_html_report(path: str | Path, title: str, rows: Sequence[ReportRow]) -> None:
    """Write a self-contained HTML report atomically.

    Queries are on the left, results on the right. Items are shown with picture, title, category and
    score; the ground truth is marked.

    Args:
        path: The file to write.
        title: Title of the page.
        rows: Queries and results.

    Example:
        >>> import tempfile
        >>> query = ItemView("a1", category="top", title="white shirt", picture=None)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "report.html"
        ...     write_html_report(path, "Shoes", [ReportRow("shoes", [query], [])])
        ...     "white shirt" in path.read_text()
        True
    """
    # Titles are untrusted text: every value is escaped.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = resources.files("fashiongraph.retrieval").joinpath("html_report.html.jinja")
    page = environment.from_string(template.read_text(encoding="utf-8"))
    with atomic_write(path) as draft:
        draft.write_text(page.render(title=title, rows=rows), encoding="utf-8")
