"""The HTML report, one self-contained file."""

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
    """Write the report as one HTML file with embedded pictures.

    Args:
        path: The file. Paths of pictures are relative to its folder.
        findings: Contents of the report.
    """
    # Autoescape covers every value, file names and titles included.
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
        curves=_data_uri(draw_curves(findings.teachers.pairs, findings.students), "image/svg+xml"),
        graph=_graph_uri(model.graph, model.categories),
        strongest=strongest_edges(model.graph, model.categories),
        num_edges=_NUM_EDGES,
    )
    with atomic_write(path) as draft:
        draft.write_text(page, encoding="utf-8")


def picture_uri(path: Path) -> str:
    """Encode a picture file as a data URI.

    Args:
        path: A PNG or SVG file.
    """
    return _data_uri(path.read_bytes(), _TYPES[path.suffix])


def strongest_edges(graph: Data, categories: list[str]) -> list[tuple[str, str, float]]:
    """Edges of a category graph with the highest weights, as target, source and weight.

    They are the text alternative of the plot.

    Args:
        graph: The graph.
        categories: Names of its nodes.

    Example:
        >>> from fashiongraph.data import category_graph
        >>> [edge[:2] for edge in strongest_edges(category_graph([0, 1], [0, 0], 2), ["a", "b"])]
        [('a', 'b'), ('b', 'a')]
    """
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
