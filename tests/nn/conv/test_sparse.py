"""Sums over neighbours equal a loop, with and without gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch_geometric.nn import MessagePassing

from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.conv.sparse import (
    check_edges,
    csr_adjacency,
    edges_from_items,
    sparse_edges,
    sparse_sum,
)

# Node 0 has edges from items 1 and 2, node 1 none, node 2 two from item 1, node 3 one from item 0.
SOURCE, TARGET = [1, 2, 1, 1, 0], [0, 0, 2, 2, 3]
WEIGHT = [0.5, -1.0, 2.0, 0.25, 3.0]


def matrix(dtype=torch.float64):
    ptr = torch.tensor([0, 2, 2, 4, 5])
    weight = torch.tensor(WEIGHT, dtype=dtype)
    return torch.sparse_csr_tensor(
        ptr, torch.tensor(SOURCE), weight, (4, 3), check_invariants=False
    )


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("with_out", [False, True])
def test_sparse_sum_equals_a_loop(with_out, grad):
    x = torch.randn(3, 5, dtype=torch.float64)
    out = torch.randn(4, 5, dtype=torch.float64) if with_out else None
    expected = np.zeros((4, 5)) if out is None else out.numpy().copy()
    for j, i, weight in zip(SOURCE, TARGET, WEIGHT, strict=True):
        expected[i] += weight * x[j].numpy()
    with torch.set_grad_enabled(grad):
        total = sparse_sum(matrix(), x, out)
    np.testing.assert_allclose(total.numpy(), expected)
    if out is not None:  # overwritten only without gradients
        assert (total.data_ptr() == out.data_ptr()) is not grad


def test_gradients():
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    out = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    adjacency = matrix()
    assert torch.autograd.gradcheck(lambda *given: sparse_sum(adjacency, *given), (x, out))
    assert torch.autograd.gradcheck(lambda x: sparse_sum(adjacency, x), (x,))


def test_edges_from_items():
    index = torch.tensor([2, 0, 2])
    edges = torch.tensor([[1, 2, 0], [0, 0, 1]])
    expected = torch.tensor([[0, 2, 2], [0, 0, 1]])
    assert torch.equal(edges_from_items(edges, index, 3), expected)
    ptr = torch.tensor([0, 2, 3, 3])
    adjacency = torch.sparse_csr_tensor(ptr, edges[0], torch.tensor([1.0, 2.0, 3.0]), (3, 3))
    dense = torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    assert torch.equal(edges_from_items(adjacency, index, 3).to_dense(), dense)


@pytest.fixture
def uninitialised_memory_is_nan():
    torch.use_deterministic_algorithms(True)  # fills the result of torch.empty with NaN
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("sizes", [[1, 1], [3, 1, 2]])
@pytest.mark.parametrize("shared", [False, True])
def test_uninitialised_memory_is_not_read(
    shared, sizes, outfits, adjacency, uninitialised_memory_is_nan
):
    conv = AttributeGatedConv(8, bias=True).double()
    torch.nn.init.normal_(conv.bias)
    x, edge_index, edge_weight, _ = outfits(sizes, dtype=torch.float64)
    index = torch.arange(len(x)) if shared else None
    expected = conv(x, edge_index, edge_weight)
    with torch.no_grad():
        edges = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
        torch.testing.assert_close(conv(x, edges, None, index), expected)


@pytest.mark.parametrize("weighted", [False, True])
def test_row_of_the_adjacency_is_the_target(weighted, outfits):
    x, edge_index, edge_weight, _ = outfits()  # in no order
    dense = torch.zeros(len(x), len(x))
    for (source, target), weight in zip(edge_index.t().tolist(), edge_weight, strict=True):
        dense[target, source] = weight if weighted else 1
    found = csr_adjacency(edge_index, edge_weight if weighted else None, len(x))
    assert torch.equal(found.to_dense(), dense)


def test_adjacency_does_not_depend_on_the_order_of_edges(outfits):
    x, edge_index, edge_weight, _ = outfits()
    expected = csr_adjacency(edge_index, edge_weight, len(x)).to_dense()
    for order in (edge_index[1].argsort(), torch.randperm(len(edge_weight))):
        found = csr_adjacency(edge_index[:, order], edge_weight[order], len(x))
        assert torch.equal(found.to_dense(), expected)


class Sum(MessagePassing):
    def message_and_aggregate(self, edge_index):
        raise NotImplementedError


class OtherMessage(Sum):
    def message(self, x_j):
        return 2 * x_j


def test_sparse_edges_keep_edges_where_messages_are_needed(outfits):
    x, edge_index, edge_weight, _ = outfits()

    def converts(layer, weight=edge_weight):
        edges, left = sparse_edges(layer, Sum, edge_index, weight, len(x))
        if edges is edge_index:
            assert left is weight
            return False
        assert edges.layout == torch.sparse_csr
        assert left is None
        return True

    assert converts(Sum())
    assert converts(Sum(), None)
    assert not converts(OtherMessage())
    assert not converts(Sum(aggr="max"))
    assert not converts(Sum(flow="target_to_source"))
    assert not converts(Sum(), edge_weight.clone().requires_grad_())
    explained, hooked = Sum(), Sum()
    explained.explain = True
    assert not converts(explained)
    handle = hooked.register_message_forward_hook(lambda *_: None)
    assert not converts(hooked)
    handle.remove()
    assert converts(hooked)


def test_sparse_edges_keep_a_sparse_adjacency(outfits, adjacency):
    x, edge_index, edge_weight, _ = outfits()
    coo = adjacency(edge_index, edge_weight, len(x), torch.sparse_coo)
    edges, weight = sparse_edges(Sum(aggr="max"), Sum, coo, None, len(x))
    assert (edges.layout, weight) == (torch.sparse_csr, None)
    torch.testing.assert_close(edges.to_dense(), coo.to_dense())


@pytest.mark.parametrize(
    ("edge_shape", "weight_shape", "match"),
    [
        ((3, 4), (4,), r"'edge_index'.*\(3, 4\)"),
        ((4,), (4,), r"'edge_index'.*\(4,\)"),
        ((2, 4), (3,), r"'edge_weight'.*4 .*\(3,\)"),
        ((2, 4), (4, 1), r"'edge_weight'.*4 .*\(4, 1\)"),
        ((2, 4), (), r"'edge_weight'.*4 .*\(\)"),
    ],
)
def test_edges_of_another_shape_are_refused(edge_shape, weight_shape, match):
    with pytest.raises(ValueError, match=match):
        check_edges(torch.zeros(edge_shape, dtype=torch.long), torch.zeros(weight_shape))
