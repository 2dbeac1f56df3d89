"""The report: one file that needs no other and no network."""

from __future__ import annotations

import base64
import tempfile
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from torch_geometric.data import Data

import fashiongraph
from fashiongraph.data.category_graph_plot import draw_category_graph
from fashiongraph.files import atomic_write
from fashiongraph.quickstart.comparison import PROTOCOLS
from fashiongraph.quickstart.curves import draw_curves
from fashiongraph.quickstart.findings import Findings

_NUM_EDGES = 20
_NUM_NAMED = 3
_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}


def write_report(path: Path, findings: Findings) -> None:
    """Write the report as one HTML file, whole or not at all.

    Args:
        path: The file; the garments' pictures lie in its folder and are carried inside.
        findings: What it shows.
    """
    # Every value is escaped where the template puts it, file names and titles included.
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data_uri"] = lambda file: picture_uri(path.parent / file)
    template = resources.files("fashiongraph.quickstart").joinpath("report.html.jinja")
    model = findings.students[0].model
    assert model.graph is not None
    page = environment.from_string(template.read_text(encoding="utf-8")).render(
        findings=findings,
        version=fashiongraph.__version__,
        protocols=PROTOCOLS,
        curves=_data_uri(draw_curves(findings.teacher, findings.students), "image/svg+xml"),
        graph=_graph_uri(model.graph, model.categories),
        strongest=strongest_edges(model.graph, model.categories),
        num_edges=_NUM_EDGES,
    )
    with atomic_write(path) as draft:
        draft.write_text(page, encoding="utf-8")


def picture_uri(path: Path) -> str:
    """A picture file as a data URI."""
    return _data_uri(path.read_bytes(), _TYPES[path.suffix])


def strongest_edges(graph: Data, categories: list[str]) -> list[tuple[str, str, float]]:
    """The heaviest edges of a category graph by name, for those who do not see its picture."""
    place = graph.edge_weight.topk(min(_NUM_NAMED, graph.num_edges)).indices
    j, i = graph.edge_index[:, place].tolist()
    weight = graph.edge_weight[place].tolist()
    return [(categories[a], categories[b], w) for a, b, w in zip(i, j, weight, strict=True)]


def _graph_uri(graph: Data, categories: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.svg"
        draw_category_graph(graph, categories, file, _NUM_EDGES)
        return picture_uri(file)


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
