from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch, Data

from fashiongraph.data import category_graph, category_weight
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import edge_weights, outfit_edges

SIZES = [3, 1, 0, 2]
CATEGORY = torch.tensor([0, 1, 1, 2, 0, -1])


@pytest.mark.parametrize("self_loops", [False, True])
def test_edges_equal_a_loop(self_loops):
    outfits = [Data(x=torch.zeros(size, 1)) for size in SIZES]
    edge_index = outfit_edges(Batch.from_data_list(outfits).ptr, self_loops)
    expected, start = [], 0
    for size in SIZES:
        nodes = range(start, start + size)
        expected += [(j, i) for i in nodes for j in nodes if self_loops or i != j]
        start += size
    assert list(zip(*edge_index.tolist(), strict=True)) == expected


def test_no_outfits_have_no_edges():
    assert outfit_edges(torch.tensor([0])).shape == (2, 0)


@pytest.mark.parametrize("sizes", [[3, 2], [2], [1, 3], [1, 1, 2], [4, 1]])
def test_a_batch_vector_is_refused(sizes):
    batch = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    with pytest.raises(FashionGraphError, match=r"'ptr'.*batch vector"):
        outfit_edges(batch)
    with pytest.raises(FashionGraphError, match=rf"'ptr'.*nodes, {sum(sizes)} \(got"):
        outfit_edges(batch, num_nodes=sum(sizes))


def test_empty_outfits_without_pairs_need_num_nodes():
    for ptr, num_nodes in (([0, 0], 0), ([0, 1, 1], 1), ([0, 1, 2], 2)):
        assert outfit_edges(torch.tensor(ptr), num_nodes=num_nodes).shape == (2, 0)
    assert outfit_edges(torch.tensor([0, 1, 2])).shape == (2, 0)
    assert outfit_edges(torch.tensor([0, 0, 2])).shape == (2, 2)


@pytest.mark.parametrize("ptr", [[1, 3], [0, 3, 1], [], [[0, 2]]])
def test_refuses_what_are_no_offsets(ptr):
    with pytest.raises(FashionGraphError, match=r"'ptr' needs non-decreasing offsets"):
        outfit_edges(torch.tensor(ptr, dtype=torch.long))


@pytest.mark.parametrize("graph", [None, category_graph([0, 1, 1, 2], [0, 0, 1, 1], 3)])
def test_weights_into_a_node_are_normalised(graph):
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
