from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch, Data

from fashiongraph.data import category_graph, category_weight
from fashiongraph.loader import edge_weights, outfit_edges

SIZES = [3, 1, 0, 2]
CATEGORY = torch.tensor([0, 1, 1, 2, 0, -1])


@pytest.mark.parametrize("self_loops", [False, True])
def test_joins_what_a_loop_joins(self_loops):
    outfits = [Data(x=torch.zeros(size, 1)) for size in SIZES]
    edge_index = outfit_edges(Batch.from_data_list(outfits).ptr, self_loops)
    expected, start = [], 0
    for size in SIZES:
        nodes = range(start, start + size)
        expected += [(j, i) for i in nodes for j in nodes if self_loops or i != j]
        start += size
    assert list(zip(*edge_index.tolist(), strict=True)) == expected


def test_no_outfit_has_no_edge():
    assert outfit_edges(torch.tensor([0])).shape == (2, 0)


@pytest.mark.parametrize("graph", [None, category_graph([0, 1, 1, 2], [0, 0, 1, 1], 3)])
def test_weights_of_what_arrives_sum_to_one(graph):
    edge_index = outfit_edges(torch.tensor([0, 3, 4, 4, 6]))
    weight = edge_weights(edge_index, CATEGORY, graph)
    for i in range(6):
        senders = [int(j) for j, receiver in edge_index.t() if receiver == i]
        raw = [
            1.0 if graph is None else float(category_weight(graph, CATEGORY[[i]], CATEGORY[[j]]))
            for j in senders
        ]
        expected = torch.tensor([value / sum(raw) for value in raw])
        torch.testing.assert_close(weight[edge_index[1] == i], expected)
