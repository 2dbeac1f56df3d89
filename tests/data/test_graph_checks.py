"""Category graphs from files are verified field by field."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits, add_item_cooccurrence, category_graph
from fashiongraph.data.graph_checks import check_graph
from fashiongraph.errors import FashionGraphError


@pytest.fixture
def graph():
    items = ItemTable.from_lists([*"abc"], ["top", "skirt", "shoe"])
    outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"]])
    graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
    return add_item_cooccurrence(graph, outfits)


def test_graphs_of_the_library_pass(graph):
    check_graph(graph)
    check_graph(category_graph([], [], num_categories=0))


DAMAGE = {
    "edge out of range": ("edge_index", lambda v: v + 3),
    "negative edge": ("edge_index", lambda v: v - 2),
    "one row of edges": ("edge_index", lambda v: v[:1]),
    "edges of floats": ("edge_index", lambda v: v.float()),
    "NaN": ("edge_weight", lambda v: v * torch.nan),
    "infinity": ("default_weight", lambda v: v / 0),
    "too few weights": ("edge_weight", lambda v: v[:-1]),
    "whole weights": ("edge_weight", lambda v: v.long()),
    "complex weights": ("edge_weight", lambda v: v.to(torch.complex64)),
    "missing": ("count", lambda v: None),
    "neighbour out of range": ("item_neighbor", lambda v: v + 1),
    "rows that descend": ("item_ptr", lambda v: v.flip(0)),
    "too few rows": ("item_ptr", lambda v: v[:-1]),
    "negative count": ("item_count", lambda v: -v),
    "nodes": ("num_nodes", lambda v: -1),
}


@pytest.mark.parametrize(("name", "change"), DAMAGE.values(), ids=DAMAGE)
def test_damaged_fields_are_named(graph, name, change):
    graph[name] = change(graph[name])
    with pytest.raises(FashionGraphError, match=name if name != "num_nodes" else "nodes"):
        check_graph(graph)


@pytest.mark.parametrize("group", [[0, 0, 5], [0, 0], [-1, 0, 0]])
def test_groups_are_verified(graph, group):
    graph.group, graph.group_ratio = torch.tensor(group), torch.ones(2, 2)
    with pytest.raises(FashionGraphError, match="'group'"):
        check_graph(graph)
