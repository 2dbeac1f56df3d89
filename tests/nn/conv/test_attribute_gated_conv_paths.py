"""Edges, sparse matrices, distinct items and compiled programs give the same states."""

from __future__ import annotations

import warnings

import pytest
import torch
import torch_geometric.typing
from torch._subclasses.fake_tensor import FakeTensorMode
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.nn import MessagePassing
from torch_geometric.typing import SparseTensor

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.conv.sparse import csr_adjacency
from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer

K, H = 3, 8


def with_random_bias(**settings):
    conv = AttributeGatedConv(H, bias=True, **settings).double()
    torch.nn.init.normal_(conv.bias)
    return conv


@pytest.mark.parametrize("aggr", ["add", "mean", "max", "min"])
@pytest.mark.parametrize("layout", [torch.sparse_csr, torch.sparse_coo, torch.sparse_csc])
def test_sparse_adjacency_equals_edges(layout, aggr, outfits, adjacency):
    conv = AttributeGatedConv(H, aggr=aggr)
    x, edge_index, edge_weight, _ = outfits()
    results = []
    for edges in (
        (edge_index, edge_weight),
        (adjacency(edge_index, edge_weight, len(x), layout),),
    ):
        state = x.clone().requires_grad_()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # torch warns of conversions between layouts
            warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
            out = conv(state, *edges)
        inputs = (state, conv.weight_ih, conv.weight_hh)
        results.append((out, *torch.autograd.grad(out.square().sum(), inputs)))
    for by_edge, by_matrix in zip(*results, strict=True):
        torch.testing.assert_close(by_matrix, by_edge, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layout", [torch.sparse_csr, torch.sparse_coo])
def test_gradients_of_weights_agree_by_every_path(layout, outfits, adjacency):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits()
    edge_weight.requires_grad_()
    conv(x, edge_index, edge_weight).square().sum().backward()
    matrix = adjacency(edge_index, edge_weight.detach(), len(x), layout).requires_grad_()
    conv(x, matrix).square().sum().backward()
    by_edge = torch.zeros(len(x), len(x))
    by_edge[edge_index[1], edge_index[0]] = edge_weight.grad
    torch.testing.assert_close(matrix.grad.to_dense(), by_edge, atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(
    not torch_geometric.typing.WITH_TORCH_SPARSE, reason="SparseTensor needs torch-sparse"
)
@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
def test_sparse_tensor_equals_edges(aggr, outfits):
    conv = AttributeGatedConv(H, aggr=aggr)
    x, edge_index, edge_weight, _ = outfits()
    x.requires_grad_()
    matrix = SparseTensor.from_edge_index(edge_index, edge_weight, (len(x), len(x))).t()
    by_edge, by_matrix = conv(x, edge_index, edge_weight), conv(x, matrix)
    torch.testing.assert_close(by_matrix, by_edge, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(
        *(torch.autograd.grad(out.square().sum(), x)[0] for out in (by_matrix, by_edge)),
        atol=1e-5,
        rtol=1e-5,
    )


def test_refuses_weights_beside_a_sparse_adjacency(outfits, adjacency):
    x, edge_index, edge_weight, _ = outfits()
    matrix = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
    with pytest.raises(ValueError, match="'edge_weight' needs to be None"):
        AttributeGatedConv(H)(x, matrix, edge_weight)


@pytest.mark.parametrize("weight_grad", [False, True])
@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
@pytest.mark.parametrize("layout", ["edges", torch.sparse_csr, torch.sparse_coo])
@pytest.mark.parametrize("num_steps", [1, 2])
def test_states_of_distinct_items_equal_states_of_nodes(
    layout, aggr, weight_grad, num_steps, outfits, adjacency
):
    conv = with_random_bias(num_steps=num_steps, aggr=aggr)
    _, edge_index, edge_weight, batch = outfits(dtype=torch.float64)
    items = torch.randn(5, K, H, dtype=torch.double, requires_grad=True)
    index = torch.tensor([4, 0, 4, 1, 2, 2, 0, 1, 4, 0])  # repeats; row 3 does not occur
    edges = [edge_index, edge_weight.requires_grad_(weight_grad)]
    if layout != "edges":
        matrix = adjacency(edge_index, edge_weight.detach(), len(batch), layout)
        edges = [matrix.requires_grad_(weight_grad)]
    inputs = [items, *conv.parameters(), *edges[-1:] * weight_grad]
    results = [
        (out, *torch.autograd.grad(out.sin().sum(), inputs))
        for out in (conv(items[index], *edges), conv(items, *edges, index=index))
    ]
    for by_node, by_item in zip(*results, strict=True):
        if by_node.layout != torch.strided:
            by_node, by_item = by_node.to_dense(), by_item.to_dense()
        torch.testing.assert_close(by_item, by_node)
    assert results[1][1][3].eq(0).all()


def test_gradients_from_distinct_items(outfits):
    conv = with_random_bias()
    _, edge_index, edge_weight, _ = outfits([2, 1], dtype=torch.float64)
    items, index = torch.randn(2, 1, H, dtype=torch.double), torch.tensor([1, 0, 1])
    names = list(dict(conv.named_parameters()))
    inputs = [t.detach().clone().requires_grad_() for t in (items, edge_weight, *conv.parameters())]

    def call(x, edge_weight, *parameters):
        arguments = (x, edge_index, edge_weight, index)
        return torch.func.functional_call(
            conv, dict(zip(names, parameters, strict=True)), arguments
        )

    assert torch.autograd.gradcheck(call, inputs)
    assert torch.autograd.gradgradcheck(call, inputs, fast_mode=True)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("num_nodes", [0, 2])
def test_distinct_items_without_neighbours(sparse, num_nodes, adjacency):
    conv = AttributeGatedConv(H)
    items, index = torch.randn(3, K, H), torch.full((num_nodes,), 1)
    edges = (torch.empty(2, 0, dtype=torch.long), torch.empty(0))
    if sparse:
        edges = (adjacency(*edges, num_nodes, torch.sparse_csr), None)
    out = conv(items, *edges, index)
    assert out.shape == (num_nodes, K, H)
    torch.testing.assert_close(conv(items, *edges, index, conv.project_items(items)), out)
    torch.testing.assert_close(out, conv(items[index], *edges))
    with torch.no_grad():
        torch.testing.assert_close(conv(items, *edges, index), out)
    out.sum().backward()
    assert conv.weight_hh.grad.isfinite().all()


@pytest.mark.parametrize("sparse", [False, True])
def test_distinct_items_under_autocast(sparse, outfits, adjacency):
    conv = AttributeGatedConv(H)
    _, edge_index, edge_weight, batch = outfits()
    items, index = torch.randn(4, K, H), torch.arange(len(batch)) % 4
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(*edges, len(batch), torch.sparse_csr), None)
    with torch.autocast("cpu", torch.bfloat16):
        out = conv(items, *edges, index)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, conv(items[index], *edges), atol=5e-2, rtol=0)


def test_stays_on_the_device_of_its_input():
    # Fake tensors have shapes and devices: mixing devices or reading a value on the host raises.
    with FakeTensorMode(), torch.device("cuda"):
        x, edges, weight = torch.randn(5, K, H), torch.zeros(2, 6, dtype=torch.long), torch.ones(6)
        conv = AttributeGatedConv(H)
        with torch.device("cpu"):  # the default device must not be used
            conv.reset_parameters()
            # Fake tensors have no sparse products: a gradient of the weights keeps the edges.
            out = conv(x, edges, weight.requires_grad_())
            matrix = csr_adjacency(edges, None, len(x))
    assert (out.device.type, out.shape) == ("cuda", x.shape)
    assert (matrix.device.type, matrix.shape) == ("cuda", (5, 5))


@pytest.mark.parametrize("backend", ["eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_compiles_as_one_graph_for_any_size(backend, outfits):
    conv = AttributeGatedConv(H)
    compiled = torch.compile(conv, backend=backend, fullgraph=True, dynamic=True)
    for turn, sizes in enumerate(([3, 1, 4, 2], [2, 5], [1, 2, 3, 4, 5])):
        x, edge_index, edge_weight, _ = outfits(sizes)
        with torch.compiler.set_stance("fail_on_recompile" if turn else "default"):
            out = compiled(x, edge_index, edge_weight)
        torch.testing.assert_close(out, conv(x, edge_index, edge_weight), atol=1e-5, rtol=1e-5)
        (grad,) = torch.autograd.grad(out.sum(), conv.weight_hh)
        (expected,) = torch.autograd.grad(conv(x, edge_index, edge_weight).sum(), conv.weight_hh)
        torch.testing.assert_close(grad, expected, atol=1e-4, rtol=1e-4)


class GraphLevelModel(torch.nn.Module):
    """Mask, encoder, layer and scorer: one number per outfit."""

    def __init__(self):
        super().__init__()
        self.mask = AttributeMask(5, K)
        self.encoder = torch.nn.Linear(5, H)
        self.conv = AttributeGatedConv(H)
        self.scorer = AttributeBilinearScorer(H, K)

    def forward(self, x, edge_index, edge_weight, batch):
        h = self.conv(self.encoder(self.mask(x)), edge_index, edge_weight)
        return self.scorer(h, batch).unsqueeze(-1)


def test_edges_are_explained(outfits):
    torch.manual_seed(0)
    model = GraphLevelModel()
    _, edge_index, edge_weight, batch = outfits([3, 4])
    x = torch.randn(len(batch), 5)
    before = model(x, edge_index, edge_weight, batch)
    explain = Explainer(
        model,
        GNNExplainer(epochs=5),
        explanation_type="model",
        node_mask_type="attributes",
        edge_mask_type="object",
        model_config={"mode": "regression", "task_level": "graph", "return_type": "raw"},
    )
    explanation = explain(x, edge_index, edge_weight=edge_weight, batch=batch)
    assert explanation.validate(raise_on_error=True)
    assert explanation.edge_mask.shape == edge_weight.shape
    assert explanation.edge_mask.isfinite().all()
    assert explanation.edge_mask.unique().numel() > 1
    assert explanation.node_mask.shape == x.shape
    assert explanation.node_mask.isfinite().all()
    torch.testing.assert_close(model(x, edge_index, edge_weight, batch), before)


def test_an_edge_mask_of_zeros_removes_edges(outfits, adjacency):
    conv = AttributeGatedConv(H)
    assert isinstance(conv, MessagePassing)
    x, edge_index, edge_weight, _ = outfits()
    without_edges = conv(x, edge_index[:, :0], edge_weight[:0])
    conv.explain, conv._apply_sigmoid, conv._loop_mask = True, False, None
    conv._edge_mask = torch.zeros_like(edge_weight)
    torch.testing.assert_close(conv(x, edge_index, edge_weight), without_edges)
    matrix = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
    torch.testing.assert_close(conv(x, matrix), without_edges)  # falls back to messages


@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
def test_with_and_without_torch_scatter(aggr, monkeypatch, outfits):
    pytest.importorskip("torch_scatter", reason="the optional extra 'scatter' is not installed")
    conv = AttributeGatedConv(H, aggr=aggr)
    x, edge_index, edge_weight, _ = outfits()
    x.requires_grad_()
    results = []
    for flag in (True, False):
        monkeypatch.setattr(torch_geometric.typing, "WITH_TORCH_SCATTER", flag)
        out = conv(x, edge_index, edge_weight)
        results.append((out, *torch.autograd.grad(out.square().sum(), x)))
    for with_scatter, without in zip(*results, strict=True):
        torch.testing.assert_close(with_scatter, without)


def test_distinct_items_with_reversed_flow(outfits):
    conv = with_random_bias(flow="target_to_source")
    _, edge_index, edge_weight, batch = outfits(dtype=torch.float64)
    items, index = torch.randn(3, K, H, dtype=torch.double), torch.arange(len(batch)) % 3
    expected = conv(items[index], edge_index, edge_weight)
    torch.testing.assert_close(conv(items, edge_index, edge_weight, index), expected)


def test_the_attribute_dimension_is_optional(outfits):
    conv = with_random_bias()
    x, edge_index, edge_weight, _ = outfits((2, 2, 2), dtype=torch.float64)  # one edge per item
    expected = conv(x[:, :1], edge_index, edge_weight)[:, 0]
    torch.testing.assert_close(conv(x[:, 0], edge_index, edge_weight), expected)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
def test_inference_equals_training_without_side_effects(sparse, shared, outfits, adjacency):
    conv = with_random_bias()
    x, edge_index, edge_weight, _ = outfits([3, 1, 2], dtype=torch.float64)
    index = torch.tensor([2, 0, 1, 1, 3, 2]) if shared else None
    projections = conv.project_items(x) if shared else None
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(edge_index, edge_weight, len(x), torch.sparse_csr), None)
    read = [x, *conv.parameters(), *(projections or [])]
    before = [tensor.detach().clone() for tensor in read]
    aggregated = torch.randn_like(x)
    expected = conv(x, *edges, index, projections), conv.update_states(x, aggregated)
    with torch.no_grad():
        found = conv(x, *edges, index, projections), conv.update_states(x, aggregated)
    torch.testing.assert_close(found, expected)
    for tensor, kept in zip(read, before, strict=True):
        assert torch.equal(tensor, kept)


@pytest.fixture(params=["explain", "hook", "message", "aggregate", "weight"])
def edge_wise(request):
    """A function that puts a layer and its weights on the edge-wise path, changing no value."""

    class OverridesMessage(AttributeGatedConv):
        def message(self, x_j, edge_weight):
            return super().message(x_j, edge_weight)

    class OverridesAggregate(AttributeGatedConv):
        def aggregate(self, inputs, index, ptr=None, dim_size=None, out=None):
            return super().aggregate(inputs, index, ptr, dim_size, out)

    def change(conv, edge_weight):
        classes = {"message": OverridesMessage, "aggregate": OverridesAggregate}
        other = classes.get(request.param, AttributeGatedConv)(H, conv.num_steps, bias=True)
        other.double().load_state_dict(conv.state_dict())
        if request.param == "explain":
            other.explain, other._apply_sigmoid, other._loop_mask = True, False, None
            other._edge_mask = torch.ones_like(edge_weight)
        elif request.param == "hook":
            other.register_message_forward_hook(lambda *_: None)
        elif request.param == "weight":
            edge_weight = edge_weight.clone().requires_grad_()
        return other, edge_weight

    return change


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("grad", [False, True])
def test_edge_wise_paths_equal_the_sparse_path(grad, shared, edge_wise, outfits, monkeypatch):
    conv = with_random_bias()
    x, edge_index, edge_weight, _ = outfits([3, 1, 4], dtype=torch.float64)
    index = torch.tensor([2, 0, 1, 1, 3, 2, 5, 2]) if shared else None
    other, other_weight = edge_wise(conv, edge_weight)
    calls, message = [], AttributeGatedConv.message

    def count(self, x_j, edge_weight):
        calls.append(len(x_j))
        return message(self, x_j, edge_weight)

    with torch.set_grad_enabled(grad):
        expected = conv(x, edge_index, edge_weight, index)
        monkeypatch.setattr(AttributeGatedConv, "message", count)
        out = other(x, edge_index, other_weight, index)
    torch.testing.assert_close(out, expected)
    assert calls


def test_edge_weights_with_a_gradient_get_their_gradient(outfits):
    conv = with_random_bias()
    x, edge_index, edge_weight, _ = outfits([3, 2], dtype=torch.float64)
    edge_weight.requires_grad_()
    total = conv(x, edge_index, edge_weight).sin().sum()
    (grad,) = torch.autograd.grad(total, edge_weight)
    step = torch.zeros_like(edge_weight)
    step[2] = 1e-6
    with torch.no_grad():
        up, down = (conv(x, edge_index, edge_weight + s).sin().sum() for s in (step, -step))
    assert float(grad[2]) == pytest.approx(float(up - down) / 2e-6, rel=1e-6)
