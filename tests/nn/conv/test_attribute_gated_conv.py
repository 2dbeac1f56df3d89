from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch_geometric.nn import to_hetero

from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv

K, H = 3, 8


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
                for (source, target), weight in zip(
                    edge_index.t().tolist(), edge_weight.tolist(), strict=True
                ):
                    if target == i:
                        a += weight * h[source, k]
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
def test_equals_the_equations(num_steps, bias, outfits):
    conv = with_random_bias(AttributeGatedConv(H, num_steps, bias).double())
    x, edge_index, edge_weight, _ = outfits(dtype=torch.float64)
    out = conv(x, edge_index, edge_weight)
    assert out.shape == x.shape
    torch.testing.assert_close(out, loop(conv, x, edge_index, edge_weight))
    ones = torch.ones_like(edge_weight)
    torch.testing.assert_close(conv(x, edge_index), loop(conv, x, edge_index, ones))


def test_update_states_with_dense_aggregation_equals_forward(outfits):
    conv = with_random_bias(AttributeGatedConv(H, 2, bias=True))
    x, edge_index, edge_weight, _ = outfits([3, 3])
    weight = torch.zeros(6, 6)
    weight[edge_index[1], edge_index[0]] = edge_weight
    blocks = torch.stack([weight[:3, :3], weight[3:, 3:]])
    h = x.view(2, 3, K, H)
    for _ in range(conv.num_steps):
        h = conv.update_states(h, torch.einsum("bij,bjkh->bikh", blocks, h))
    torch.testing.assert_close(h.flatten(0, 1), conv(x, edge_index, edge_weight))


def test_parameters():
    conv = AttributeGatedConv(H, bias=True)
    shapes = {name: tuple(parameter.shape) for name, parameter in conv.named_parameters()}
    assert shapes == {"weight_ih": (3 * H, H), "weight_hh": (3 * H, H), "bias": (3 * H,)}
    assert conv.bias.eq(0).all()
    # Each gate is drawn separately: one draw over [3H, H] would have a smaller bound.
    assert conv.weight_ih.abs().max() <= (6 / (2 * H)) ** 0.5
    assert conv.weight_ih.abs().max() > (6 / (4 * H)) ** 0.5


def test_is_not_a_gru_cell(outfits):
    conv = AttributeGatedConv(H, num_steps=1)
    x, edge_index, edge_weight, _ = outfits()
    aggregated = torch.zeros_like(x).index_add(
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
        gru = cell(aggregated.flatten(0, 1), x.flatten(0, 1)).view_as(x)
        assert (out - gru).abs().max() > 0.1


def test_gradients(outfits):
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


def test_permutation_of_items(outfits):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits()
    order = torch.randperm(len(x))
    position = order.argsort()
    out = conv(x[order], position[edge_index], edge_weight)
    torch.testing.assert_close(out, conv(x, edge_index, edge_weight)[order])


def test_an_outfit_alone_equals_it_in_a_batch(outfits):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, batch = outfits()
    together = conv(x, edge_index, edge_weight)
    for outfit in range(int(batch.max()) + 1):
        node, edge = batch == outfit, batch[edge_index[0]] == outfit
        first = int(node.nonzero()[0])
        alone = conv(x[node], edge_index[:, edge] - first, edge_weight[edge])
        torch.testing.assert_close(alone, together[node])


@pytest.mark.parametrize("sparse", [False, True])
def test_empty_batch(sparse, outfits, adjacency):
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
def test_items_without_neighbours_aggregate_zero(sparse, outfits, adjacency):
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


def test_repeated_items_keep_equal_states(outfits):
    conv = AttributeGatedConv(H)
    x, edge_index, _, _ = outfits([4])
    x[2] = x[0]
    out = conv(x, edge_index, torch.full((12,), 1 / 3))
    torch.testing.assert_close(out[2], out[0])
    assert not torch.allclose(out[1], out[0])


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype, sparse, outfits, adjacency):
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
def test_autocast(dtype, sparse, outfits, adjacency):
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


def test_copies_and_files_keep_the_weights(outfits):
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
    with pytest.raises(ValueError, match=rf"'channels'.*got {arguments[0]} and"):
        AttributeGatedConv(*arguments)


@pytest.mark.parametrize("shape", [(3, 2, 7), (3, 8, 2), (3, 1), (8,), ()])
def test_refuses_states_of_another_shape(shape, outfits):
    _, edge_index, edge_weight, _ = outfits([3])
    with pytest.raises(ValueError, match=r"'x' .*\[N, K, 8\] \(got"):
        AttributeGatedConv(H)(torch.zeros(shape), edge_index, edge_weight)


def test_refuses_edges_of_another_shape(outfits):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits([3])
    with pytest.raises(ValueError, match=r"'edge_index' .*\(6, 2\)"):
        conv(x, edge_index.t(), edge_weight)
    for wrong in (edge_weight[:1], edge_weight.unsqueeze(1)):
        with pytest.raises(ValueError, match=r"'edge_weight' .*6 \(got"):
            conv(x, edge_index, wrong)


def test_refuses_bipartite_input(outfits):
    conv = AttributeGatedConv(H)
    x, edge_index, edge_weight, _ = outfits([3])
    with pytest.raises(ValueError, match=r"'x' .*bipartite.*got a tuple"):
        conv((x, x), edge_index, edge_weight)


class TwoLayers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = AttributeGatedConv(H), AttributeGatedConv(H)

    def forward(self, x, edge_index):
        return self.conv2(self.conv1(x, edge_index), edge_index)


def test_to_hetero_works_within_one_node_type_only(outfits):
    x, edge_index, _, _ = outfits([3, 2])
    edges = ("item", "with", "item")
    model = to_hetero(TwoLayers(), (["item"], [edges]))
    assert model({"item": x}, {edges: edge_index})["item"].shape == x.shape
    between = [("top", "with", "shoe"), ("shoe", "with", "top")]
    model = to_hetero(TwoLayers(), (["top", "shoe"], between))
    with pytest.raises(ValueError, match=r"'x' .*bipartite"):
        model({"top": x, "shoe": x}, dict.fromkeys(between, edge_index))
