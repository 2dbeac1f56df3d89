from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest
import torch
from PIL import Image

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.category_graph_plot import draw_category_graph
from fashiongraph.errors import FashionGraphError


def test_draws_a_picture(wardrobe, tmp_path):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    draw_category_graph(graph, wardrobe.items.categories, tmp_path / "graph.png", num_edges=8)
    with Image.open(tmp_path / "graph.png") as picture:
        assert picture.size == (1650, 1200)
        assert len(set(picture.convert("L").resize((100, 100)).tobytes())) > 20
    assert [f.name for f in tmp_path.iterdir()] == ["graph.png"]


def test_names_are_drawn_without_markup(wardrobe, tmp_path, recwarn):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    names = ["under $20 / $50_x", r"a^$\frac$", "黒い靴", "$", "7"]
    draw_category_graph(graph, names, tmp_path / "graph.svg")
    assert "$20 / $50_x" in (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_control_characters_leave_the_svg_readable(wardrobe, tmp_path):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    names = ["to\x00p", "\x1b]52;c;\x07", "a--b", "<b>&", "\x85"]
    draw_category_graph(graph, names, tmp_path / "graph.svg")
    ElementTree.parse(tmp_path / "graph.svg")


def test_networkx_is_imported_on_demand():
    code = "import sys, fashiongraph.data; print('networkx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_refuses_bad_names_and_a_graph_without_edges(wardrobe, tmp_path):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    with pytest.raises(FashionGraphError, match=r"'categories'.*5 \(got 1\)"):
        draw_category_graph(graph, ["a"], tmp_path / "graph.png")
    with pytest.raises(FashionGraphError, match=r"'path'.*graph.xyz"):
        draw_category_graph(graph, wardrobe.items.categories, tmp_path / "graph.xyz")
    none = torch.empty(0, dtype=torch.long)
    with pytest.raises(FashionGraphError, match="'graph' needs edges"):
        draw_category_graph(category_graph(none, none, 1), ["a"], tmp_path / "graph.png")
