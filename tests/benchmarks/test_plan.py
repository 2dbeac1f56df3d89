"""The plan for a large set computes the bytes that a small one has."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from fashiongraph.data import category_graph
from fashiongraph.data.cooccurrence import add_item_cooccurrence
from fashiongraph.loader.negatives.protocol import negative_sampler

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def plan(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import plan

    return plan


def test_arrays_are_as_large_as_planned(plan):
    from speed_sides.made import made_outfits

    outfits = made_outfits(20_000, 3000, plan.FEATURES, plan.CATEGORIES)
    items, planned = outfits.items, plan.array_bytes(20_000, 3000)
    graph = category_graph(outfits.category_id, outfits.batch, plan.CATEGORIES)
    edges = (graph.edge_index, graph.edge_weight, graph.edge_count)
    counted = add_item_cooccurrence(graph, outfits)
    pairs = [value for name, value in counted.to_dict().items() if name.startswith("item_")]
    (pool,) = negative_sampler("uniform", items).pools
    arrays = {id(array): array for array in vars(pool).values() if isinstance(array, np.ndarray)}
    near = pytest.approx
    assert planned["`item_id`"] == near(outfits.item_id.nbytes, rel=0.01)
    assert planned["`ptr`"] == near(outfits.ptr.nbytes, rel=0.01)
    assert planned["outfit of each row (`batch`)"] == near(outfits.batch.nbytes, rel=0.01)
    assert planned["`category_id` and `frequency`"] == (
        items.category_id.nbytes + items.frequency.nbytes
    )
    negatives = planned["pool of uniform negatives"]
    assert negatives == near(sum(array.nbytes for array in arrays.values()), rel=0.01)
    assert planned["features, half precision"] == items.features.half().nbytes
    assert sum(t.nbytes for t in edges) == graph.num_edges * plan.EDGE
    # Pairs that outfits share are kept once.
    at_most = planned["item co-occurrence, at most"]
    assert 0.9 * at_most < sum(t.nbytes for t in pairs) < 1.01 * at_most


def test_both_tables_are_printed(plan, monkeypatch, capsys):
    threads = torch.get_num_threads()
    monkeypatch.setattr(sys, "argv", ["plan.py", "--outfits", "1000000", "--measured", "60"])
    try:
        plan.main()
    finally:
        torch.set_num_threads(threads)
    printed = capsys.readouterr().out
    assert "| features, half precision | 2.56e+03 |" in printed
    assert printed.count("| items encoded and written |") == 1
