"""Sums over neighbours are those of a plain loop, with a gradient and without."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN
from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.conv.sparse import edges_from_items, incoming, sparse_sum

# Node 0 hears items 1 and 2, node 1 nobody, node 2 item 1 twice, node 3 item 0.
SENDER, RECEIVER = [1, 2, 1, 1, 0], [0, 0, 2, 2, 3]
WEIGHT = [0.5, -1.0, 2.0, 0.25, 3.0]


def among(dtype=torch.float64):
    ptr = torch.tensor([0, 2, 2, 4, 5])
    weight = torch.tensor(WEIGHT, dtype=dtype)
    return torch.sparse_csr_tensor(
        ptr, torch.tensor(SENDER), weight, (4, 3), check_invariants=False
    )


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_equals_a_loop(there, grad):
    sent = torch.randn(3, 5, dtype=torch.float64)
    onto = torch.randn(4, 5, dtype=torch.float64) if there else None
    expected = np.zeros((4, 5)) if onto is None else onto.numpy().copy()
    for j, i, weight in zip(SENDER, RECEIVER, WEIGHT, strict=True):
        expected[i] += weight * sent[j].numpy()
    with torch.set_grad_enabled(grad):
        total = sparse_sum(among(), sent, onto)
    np.testing.assert_allclose(total.numpy(), expected)
    if onto is not None:  # overwritten where no gradient needs it, and nowhere else
        assert (total.data_ptr() == onto.data_ptr()) is not grad


def test_gradients():
    sent = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    onto = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    matrix = among()
    assert torch.autograd.gradcheck(lambda *x: sparse_sum(matrix, *x), (sent, onto))
    assert torch.autograd.gradcheck(lambda x: sparse_sum(matrix, x), (sent,))


def test_edges_from_items():
    index = torch.tensor([2, 0, 2])
    edges = torch.tensor([[1, 2, 0], [0, 0, 1]])
    expected = torch.tensor([[0, 2, 2], [0, 0, 1]])
    assert torch.equal(edges_from_items(edges, index, 3), expected)
    ptr = torch.tensor([0, 2, 3, 3])
    matrix = torch.sparse_csr_tensor(ptr, edges[0], torch.tensor([1.0, 2.0, 3.0]), (3, 3))
    dense = torch.tensor([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    assert torch.equal(edges_from_items(matrix, index, 3).to_dense(), dense)


@pytest.fixture
def new_memory_holds_nan():
    torch.use_deterministic_algorithms(True)  # torch then fills what it was not told to fill
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("sizes", [[1, 1], [3, 1, 2]])
@pytest.mark.parametrize("shared", [False, True])
def test_scoring_reads_no_memory_that_nobody_wrote(
    shared, sizes, outfits, adjacency, new_memory_holds_nan
):
    conv = AttributeGatedConv(8, bias=True).double()
    torch.nn.init.normal_(conv.bias)
    x, edge_index, edge_weight, _ = outfits(sizes, dtype=torch.float64)
    index = torch.arange(len(x)) if shared else None
    expected = conv(x, edge_index, edge_weight)
    with torch.no_grad():
        edges = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
        torch.testing.assert_close(conv(x, edges, None, index), expected)


def test_holds_the_weight_of_each_edge_in_the_row_of_its_receiver(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    batch = next(iter(OutfitLoader(wardrobe, graph)))
    dense = torch.zeros(batch.num_nodes, batch.num_nodes)
    for (sender, receiver), weight in zip(
        batch.edge_index.t().tolist(), batch.edge_weight.tolist(), strict=True
    ):
        dense[receiver, sender] = weight
    torch.testing.assert_close(incoming(batch).to_dense(), dense)


def test_edges_in_any_order_give_the_same_matrix(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe)))
    expected = incoming(batch).to_dense()
    order = torch.randperm(batch.num_edges, generator=torch.Generator().manual_seed(0))
    batch.edge_index, batch.edge_weight = batch.edge_index[:, order], batch.edge_weight[order]
    torch.testing.assert_close(incoming(batch).to_dense(), expected)


def test_the_matrix_and_the_edges_give_the_same_scores_and_gradients(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3).double()
    batch = next(iter(OutfitLoader(wardrobe)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    h = model.conv(model.encode(batch.x), batch.edge_index, batch.edge_weight)
    edges = model.scorer(h, batch.batch)
    grads = [torch.autograd.grad(s.sin().sum(), model.parameters()) for s in (model(batch), edges)]
    torch.testing.assert_close(model(batch), edges)
    torch.testing.assert_close(*grads)
