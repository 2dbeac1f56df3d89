from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
import torch
import torch_geometric.typing
from safetensors.torch import load, save
from torch._subclasses.fake_tensor import FakeTensorMode
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.nn import MessagePassing
from torch_geometric.typing import SparseTensor

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer

K, H = 3, 8
SIZES = [3, 1, 4, 2]


def outfits(sizes=SIZES, dtype=torch.float32, seed=0):
    """States, edges (each ordered pair within an outfit, shuffled), weights and outfits."""
    rng = torch.Generator().manual_seed(seed)
    batch = torch.repeat_interleave(torch.tensor(sizes, dtype=torch.long))
    pairs = (batch[:, None] == batch) & ~torch.eye(len(batch), dtype=torch.bool)
    edge_index = pairs.nonzero().t()
    edge_index = edge_index[:, torch.randperm(edge_index.size(1), generator=rng)]
    x = torch.randn(len(batch), K, H, generator=rng, dtype=dtype)
    return x, edge_index, torch.rand(edge_index.size(1), generator=rng, dtype=dtype), batch


def adjacency(edge_index, edge_weight, num_nodes, layout):
    """The same edges as a matrix whose row receives."""
    matrix = torch.sparse_coo_tensor(
        edge_index.flip(0), edge_weight, (num_nodes, num_nodes), check_invariants=True
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CS", UserWarning)  # "is in beta state"
        return matrix if layout == torch.sparse_coo else matrix.to_sparse(layout=layout)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def loop(conv, x, edge_index, edge_weight):
    """Eq. A5 and A6, item by item and attribute by attribute."""
    w_z, w_r, w_h = conv.weight_ih.detach().double().numpy().reshape(3, H, H)
    u_z, u_r, u_h = conv.weight_hh.detach().double().numpy().reshape(3, H, H)
    bias = np.zeros(3 * H) if conv.bias is None else conv.bias.detach().double().numpy()
    b_z, b_r, b_h = bias.reshape(3, H)
    h = x.detach().double().numpy()
    for _ in range(conv.num_steps):
        new = np.zeros_like(h)
        for i in range(h.shape[0]):
            for k in range(h.shape[1]):
                a = np.zeros(H)
                for (sender, receiver), weight in zip(
                    edge_index.t().tolist(), edge_weight.tolist(), strict=True
                ):
                    if receiver == i:
                        a += weight * h[sender, k]
                z = sigmoid(w_z @ a + u_z @ h[i, k] + b_z)
                r = sigmoid(w_r @ a + u_r @ h[i, k] + b_r)
                candidate = np.tanh(w_h @ a + u_h @ (r * h[i, k]) + b_h)
                new[i, k] = (1 - z) * h[i, k] + z * candidate
        h = new
    return torch.from_numpy(h)


def with_random_bias(conv):
    if conv.bias is not None:
        torch.nn.init.normal_(conv.bias)
    return conv


def test_repr():
    assert str(AttributeGatedConv(8)) == "AttributeGatedConv(8, num_steps=2, bias=False)"
    other = AttributeGatedConv(8, num_steps=3, bias=True)
    assert str(other) == "AttributeGatedConv(8, num_steps=3, bias=True)"


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("num_steps", [1, 2, 3])
def test_equals_the_equations(num_steps, bias):
    conv = with_random_bias(AttributeGatedConv(H, num_steps, bias).double())
    x, edge_index, edge_weight, _ = outfits(dtype=torch.float64)
    out = conv(x, edge_index, edge_weight)
    assert out.shape == x.shape
    torch.testing.assert_close(out, loop(conv, x, edge_index, edge_weight))
    ones = torch.ones_like(edge_weight)
    torch.testing.assert_close(conv(x, edge_index), loop(conv, x, edge_index, ones))


def test_rounds_may_be_made_from_other_sums_over_the_edges():
    conv = with_random_bias(AttributeGatedConv(H, 2, bias=True))
    x, edge_index, edge_weight, _ = outfits([3, 3])
    weight = torch.zeros(6, 6)
    weight[edge_index[1], edge_index[0]] = edge_weight
    own_blocks = torch.stack([weight[:3, :3], weight[3:, 3:]])
    h = x.view(2, 3, K, H)
    for _ in range(conv.num_steps):
        h = conv.update_states(h, torch.einsum("bij,bjkh->bikh", own_blocks, h))
    torch.testing.assert_close(h.flatten(0, 1), conv(x, edge_index, edge_weight))


def test_parameters():
    conv = AttributeGatedConv(H, bias=True)
    shapes = {name: tuple(parameter.shape) for name, parameter in conv.named_parameters()}
    assert shapes == {"weight_ih": (3 * H, H), "weight_hh": (3 * H, H), "bias": (3 * H,)}
    assert conv.bias.eq(0).all()
    # Each gate is a matrix of its own: one draw over [3H, H] would have a smaller bound.
    assert conv.weight_ih.abs().max() <= (6 / (2 * H)) ** 0.5
    assert conv.weight_ih.abs().max() > (6 / (4 * H)) ** 0.5


def test_is_not_a_gru_cell():
    conv = AttributeGatedConv(H, num_steps=1)
    x, edge_index, edge_weight, _ = outfits()
    received = torch.zeros_like(x).index_add(
        0, edge_index[1], edge_weight.view(-1, 1, 1) * x[edge_index[0]]
    )
    cell = torch.nn.GRUCell(H, H, bias=False)
    out = conv(x, edge_index, edge_weight)
    z_r_h, r_z_h = [0, 1, 2], [1, 0, 2]  # the order of torch's gates is r, z, h
    for order in (z_r_h, r_z_h):
        with torch.no_grad():
            for ours, theirs in (
                (conv.weight_ih, cell.weight_ih),
                (conv.weight_hh, cell.weight_hh),
            ):
                theirs.copy_(ours.view(3, H, H)[order].flatten(0, 1))
        gru = cell(received.flatten(0, 1), x.flatten(0, 1)).view_as(x)
        assert (out - gru).abs().max() > 0.1


@pytest.mark.parametrize("aggr", ["add", "mean", "max", "min"])
@pytest.mark.parametrize("layout", [torch.sparse_csr, torch.sparse_coo, torch.sparse_csc])
def test_sparse_adjacency_equals_edges(layout, aggr):
    conv = AttributeGatedConv(H, aggr=aggr)
    x, edge_index, edge_weight, _ = outfits()
    results = []
    for edges in (
        (edge_index, edge_weight),
        (adjacency(edge_index, edge_weight, len(x), layout),),
    ):
        state = x.clone().requires_grad_()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a conversion at each step would be warned of
            out = conv(state, *edges)
        inputs = (state, conv.weight_ih, conv.weight_hh)
        results.append((out, *torch.autograd.grad(out.square().sum(), inputs)))
    for by_edge, by_matrix in zip(*results, strict=True):
        torch.testing.assert_close(by_matrix, by_edge, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layout", [torch.sparse_csr, torch.sparse_coo])
def test_gradients_of_weights_agree_by_every_path(layout):
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
def test_sparse_tensor_equals_edges(aggr):
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


def test_refuses_weights_beside_a_sparse_adjacency():
    x, edge_index, edge_weight, _ = outfits()
    matrix = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
    with pytest.raises(ValueError, match="'edge_weight' needs to be None"):
        AttributeGatedConv(H)(x, matrix, edge_weight)


def test_gradients():
    conv = with_random_bias(AttributeGatedConv(H, bias=True).double())
    x, edge_index, edge_weight, _ = outfits([2, 1], dtype=torch.float64)
    names = list(dict(conv.named_parameters()))
    inputs = [x[:, :1], edge_weight, *conv.parameters()]
    inputs = [tensor.detach().clone().requires_grad_() for tensor in inputs]

    def call(x, edge_weight, *parameters):
        arguments = (x, edge_index, edge_weight)
        return torch.func.functional_call(
            conv, dict(zip(names, parameters, strict=True)), arguments
        )

    assert torch.autograd.gradcheck(call, inputs)
    assert torch.autograd.gradgradcheck(call, inputs, fast_mode=True)


@pytest.mark.parametrize("learns", [False, True])
@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
@pytest.mark.parametrize("layout", ["edges", torch.sparse_csr, torch.sparse_coo])
@pytest.mark.parametrize("num_steps", [1, 2])
def test_states_of_distinct_items_equal_states_of_nodes(layout, aggr, learns, num_steps):
    conv = with_random_bias(AttributeGatedConv(H, num_steps, bias=True, aggr=aggr).double())
    _, edge_index, edge_weight, batch = outfits(dtype=torch.float64)
    items = torch.randn(5, K, H, dtype=torch.double, requires_grad=True)
    slot = torch.tensor([4, 0, 4, 1, 2, 2, 0, 1, 4, 0])  # twice in an outfit; row 3 nowhere
    edges = [edge_index, edge_weight.requires_grad_(learns)]
    if layout != "edges":
        matrix = adjacency(edge_index, edge_weight.detach(), len(batch), layout)
        edges = [matrix.requires_grad_(learns)]
    inputs = [items, *conv.parameters(), *edges[-1:] * learns]
    results = [
        (out, *torch.autograd.grad(out.sin().sum(), inputs))
        for out in (conv(items[slot], *edges), conv(items, *edges, slot=slot))
    ]
    for by_node, by_item in zip(*results, strict=True):
        if by_node.layout != torch.strided:
            by_node, by_item = by_node.to_dense(), by_item.to_dense()
        torch.testing.assert_close(by_item, by_node)
    assert results[1][1][3].eq(0).all()


def test_gradients_from_distinct_items():
    conv = with_random_bias(AttributeGatedConv(H, bias=True).double())
    _, edge_index, edge_weight, _ = outfits([2, 1], dtype=torch.float64)
    items, slot = torch.randn(2, 1, H, dtype=torch.double), torch.tensor([1, 0, 1])
    names = list(dict(conv.named_parameters()))
    inputs = [t.detach().clone().requires_grad_() for t in (items, edge_weight, *conv.parameters())]

    def call(x, edge_weight, *parameters):
        arguments = (x, edge_index, edge_weight, slot)
        return torch.func.functional_call(
            conv, dict(zip(names, parameters, strict=True)), arguments
        )

    assert torch.autograd.gradcheck(call, inputs)
    assert torch.autograd.gradgradcheck(call, inputs, fast_mode=True)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("num_nodes", [0, 2])
def test_distinct_items_without_neighbours(sparse, num_nodes):
    conv = AttributeGatedConv(H)
    items, slot = torch.randn(3, K, H), torch.full((num_nodes,), 1)
    edges = (torch.empty(2, 0, dtype=torch.long), torch.empty(0))
    if sparse:
        edges = (adjacency(*edges, num_nodes, torch.sparse_csr), None)
    out = conv(items, *edges, slot)
    assert out.shape == (num_nodes, K, H)
    assert torch.equal(out, conv(items, *edges, slot, conv.first_products(items)))
    torch.testing.assert_close(out, conv(items[slot], *edges))
    out.sum().backward()
    assert conv.weight_hh.grad.isfinite().all()


@pytest.mark.parametrize("sparse", [False, True])
def test_distinct_items_under_autocast(sparse):
    conv = AttributeGatedConv(H)
    _, edge_index, edge_weight, batch = outfits()
    items, slot = torch.randn(4, K, H), torch.arange(len(batch)) % 4
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(*edges, len(batch), torch.sparse_csr), None)
    with torch.autocast("cpu", torch.bfloat16):
        out = conv(items, *edges, slot)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, conv(items[slot], *edges), atol=5e-2, rtol=0)


def test_permutation_of_items():
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits()
    order = torch.randperm(len(x))
    place = order.argsort()  # where each item went
    out = conv(x[order], place[edge_index], edge_weight)
    torch.testing.assert_close(out, conv(x, edge_index, edge_weight)[order])


def test_an_outfit_alone_equals_it_in_a_batch():
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, batch = outfits()
    together = conv(x, edge_index, edge_weight)
    for outfit in range(len(SIZES)):
        mine, own = batch == outfit, batch[edge_index[0]] == outfit
        first = int(mine.nonzero()[0])
        alone = conv(x[mine], edge_index[:, own] - first, edge_weight[own])
        torch.testing.assert_close(alone, together[mine])


@pytest.mark.parametrize("sparse", [False, True])
def test_empty_batch(sparse):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits([])
    assert x.shape == (0, K, H)
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(edge_index, edge_weight, 0, torch.sparse_csr),)
    out = conv(x, *edges)
    assert out.shape == (0, K, H)
    out.sum().backward()
    assert conv.weight_ih.grad.eq(0).all()


@pytest.mark.parametrize("sparse", [False, True])
def test_items_without_neighbours_hear_nothing(sparse):
    conv = AttributeGatedConv(H).double()
    x, edge_index, edge_weight, _ = outfits([1, 1], dtype=torch.float64)
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(edge_index, edge_weight, 2, torch.sparse_csr),)
    out = conv(x, *edges)
    torch.testing.assert_close(out, loop(conv, x, edge_index, edge_weight))
    out.sum().backward()
    assert conv.weight_ih.grad.eq(0).all()
    assert conv.weight_hh.grad.isfinite().all()


def test_repeated_items_keep_equal_states():
    conv = AttributeGatedConv(H)
    x, edge_index, _, _ = outfits([4])
    x[2] = x[0]
    out = conv(x, edge_index, torch.full((12,), 1 / 3))
    torch.testing.assert_close(out[2], out[0])
    assert not torch.allclose(out[1], out[0])


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype, sparse):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits()
    expected = loop(conv, x, edge_index, edge_weight)
    edges = (edge_index, edge_weight.to(dtype))
    if sparse:
        edges = (adjacency(*edges, len(x), torch.sparse_csr),)
    x = x.to(dtype).requires_grad_()
    out = conv.to(dtype)(x, *edges)
    assert out.dtype == dtype
    # bfloat16 keeps eight bits: states of size 1 to 3, rounded at two steps.
    within = 5e-2 if dtype == torch.bfloat16 else 1e-5
    torch.testing.assert_close(out.double(), expected, atol=within, rtol=0)
    out.sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_autocast(dtype, sparse):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits()
    expected = conv(x, edge_index, edge_weight)
    edges = (edge_index, edge_weight)
    if sparse:
        edges = (adjacency(*edges, len(x), torch.sparse_csr),)
    with torch.autocast("cpu", torch.bfloat16):
        out = conv(x.to(dtype), *edges)
    assert out.dtype == dtype
    torch.testing.assert_close(out.float(), expected, atol=5e-2, rtol=0)
    out.sum().backward()
    assert conv.weight_ih.grad.dtype == torch.float32
    assert conv.weight_ih.grad.isfinite().all()


def test_stays_on_the_device_of_its_input():
    # Fake tensors know shapes and devices: to mix devices or to read a value on the host raises.
    with FakeTensorMode(), torch.device("cuda"):
        x, edges, weight = torch.randn(5, K, H), torch.zeros(2, 6, dtype=torch.long), torch.ones(6)
        conv = AttributeGatedConv(H)
        with torch.device("cpu"):  # the default, from which nothing may be made
            conv.reset_parameters()
            out = conv(x, edges, weight)
    assert (out.device.type, out.shape) == ("cuda", x.shape)


@pytest.mark.parametrize("backend", ["eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_compiles_as_one_graph_for_any_size(backend):
    conv = AttributeGatedConv(H)
    compiled = torch.compile(conv, backend=backend, fullgraph=True, dynamic=True)
    for sizes in (SIZES, [2, 5], [1, 2, 3, 4, 5]):
        x, edge_index, edge_weight, _ = outfits(sizes)
        with torch.compiler.set_stance("default" if sizes is SIZES else "fail_on_recompile"):
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


def test_edges_are_explained():
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


def test_a_closed_edge_mask_silences_edges():
    conv = AttributeGatedConv(H)
    assert isinstance(conv, MessagePassing)
    x, edge_index, edge_weight, _ = outfits()
    nobody = conv(x, edge_index[:, :0], edge_weight[:0])
    conv.explain, conv._apply_sigmoid, conv._loop_mask = True, False, None
    conv._edge_mask = torch.zeros_like(edge_weight)
    torch.testing.assert_close(conv(x, edge_index, edge_weight), nobody)
    matrix = adjacency(edge_index, edge_weight, len(x), torch.sparse_csr)
    torch.testing.assert_close(conv(x, matrix), nobody)  # falls back to messages


@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
def test_with_and_without_torch_scatter(aggr, monkeypatch):
    pytest.importorskip("torch_scatter", reason="the optional extra 'scatter' is not installed")
    conv = AttributeGatedConv(H, aggr=aggr)
    x, edge_index, edge_weight, _ = outfits()
    x.requires_grad_()
    results = []
    for flag in (True, False):
        monkeypatch.setattr(torch_geometric.typing, "WITH_TORCH_SCATTER", flag)
        out = conv(x, edge_index, edge_weight)
        results.append((out, *torch.autograd.grad(out.square().sum(), x)))
    for with_it, without in zip(*results, strict=True):
        torch.testing.assert_close(with_it, without)


def test_copies_and_files_keep_the_weights():
    conv, other = AttributeGatedConv(H, bias=True), AttributeGatedConv(H, bias=True)
    x, edge_index, edge_weight, _ = outfits()
    out = conv(x, edge_index, edge_weight)
    assert not torch.equal(other(x, edge_index, edge_weight), out)
    other.load_state_dict(load(save(conv.state_dict())))
    assert torch.equal(other(x, edge_index, edge_weight), out)
    assert torch.equal(copy.deepcopy(conv)(x, edge_index, edge_weight), out)
    other.reset_parameters()
    assert not torch.equal(other(x, edge_index, edge_weight), out)


@pytest.mark.parametrize("arguments", [(0, 2), (8, 0), (-1, 2)])
def test_refuses_sizes_that_are_not_positive(arguments):
    with pytest.raises(ValueError, match=r"need to be positive integers \(got "):
        AttributeGatedConv(*arguments)
