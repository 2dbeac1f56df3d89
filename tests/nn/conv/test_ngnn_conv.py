from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.nn.conv.ngnn_conv import NGNNConv

D, C = 4, 5


def outfits(sizes=(3, 1, 4, 2), dtype=torch.float64):
    """States, edges (each ordered pair within an outfit), weights and categories."""
    batch = torch.repeat_interleave(torch.tensor(sizes, dtype=torch.long))
    pairs = (batch[:, None] == batch) & ~torch.eye(len(batch), dtype=torch.bool)
    edge_index = pairs.nonzero().t()
    category_id = torch.randint(C, (len(batch),))
    x = torch.randn(len(batch), D, dtype=dtype)
    return x, edge_index, torch.rand(edge_index.size(1), dtype=dtype), category_id


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def loop(conv, x, edge_index, edge_weight, category_id):
    """The docstring's equations, item by item."""
    p = {name: v.detach().double().numpy() for name, v in conv.named_parameters()}
    send, receive = (
        [
            p[f"{name}.weight"][c] if c >= 0 else p[f"{name}.weight"].mean(axis=0)
            for c in category_id.tolist()
        ]
        for name in ("send", "receive")
    )
    h = x.detach().double().numpy()
    for _ in range(conv.num_steps):
        new = np.zeros_like(h)
        for i in range(len(h)):
            a = np.zeros(D)
            for (j, target), weight in zip(
                edge_index.t().tolist(), edge_weight.tolist(), strict=True
            ):
                if target == i:
                    a += weight * (h[j] @ send[j])
            a = a @ receive[i]
            both = np.concatenate([a, h[i]])
            z, r = sigmoid(p["gates.weight"] @ both + p["gates.bias"]).reshape(2, D)
            both = np.concatenate([a, r * h[i]])
            candidate = np.tanh(p["candidate.weight"] @ both + p["candidate.bias"])
            z = 1 - z if conv.update_keeps else z
            new[i] = (1 - z) * h[i] + z * candidate
        h = new
    return torch.from_numpy(h)


def adjacency(edge_index, edge_weight, num_nodes):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CS", UserWarning)
        matrix = torch.sparse_coo_tensor(
            edge_index.flip(0), edge_weight, (num_nodes, num_nodes), check_invariants=True
        )
        return matrix.to_sparse_csr()


def test_repr():
    assert str(NGNNConv(4, 5)) == ("NGNNConv(4, num_categories=5, num_steps=1, update_keeps=False)")


@pytest.mark.parametrize("update_keeps", [False, True])
@pytest.mark.parametrize("num_steps", [1, 3])
def test_equals_the_equations_by_edges_and_by_a_sparse_matrix(num_steps, update_keeps):
    conv = NGNNConv(D, C, num_steps, update_keeps).double()
    x, edge_index, edge_weight, category_id = outfits()
    category_id[::4] = -1
    expected = loop(conv, x, edge_index, edge_weight, category_id)
    out = conv(x, edge_index, category_id, edge_weight)
    torch.testing.assert_close(out, expected)
    sparse = adjacency(edge_index, edge_weight, len(x))
    torch.testing.assert_close(conv(x, sparse, category_id), expected)
    single = conv.float()(x.float(), edge_index, category_id, edge_weight.float())
    torch.testing.assert_close(single.double(), expected, atol=1e-5, rtol=1e-4)


def test_gradcheck():
    conv = NGNNConv(D, C, 2).double()
    x, edge_index, edge_weight, category_id = outfits((2, 1, 3))
    names, values = zip(*conv.named_parameters(), strict=True)

    def call(x, *parameters):
        named = dict(zip(names, parameters, strict=True))
        return functional_call(conv, named, (x, edge_index, category_id, edge_weight))

    inputs = (x.requires_grad_(), *(v.detach().requires_grad_() for v in values))
    assert torch.autograd.gradcheck(call, inputs)


def test_initial_biases_of_one_keep_most_of_the_state():
    conv = NGNNConv(D, C)
    assert (conv.gates.bias == 1).all()
    assert (conv.candidate.bias == 0).all()
    x, edge_index, edge_weight, category_id = outfits(dtype=torch.float32)
    torch.nn.init.zeros_(conv.gates.weight)
    torch.nn.init.zeros_(conv.candidate.weight)
    kept = {}
    for conv.update_keeps in (False, True):
        kept[conv.update_keeps] = conv(x, edge_index, category_id, edge_weight)
    share = torch.tensor(1.0).sigmoid()
    torch.testing.assert_close(kept[True], share * x)
    torch.testing.assert_close(kept[False], (1 - share) * x)


def test_permutation_and_empty_batch():
    conv = NGNNConv(D, C, 2).double()
    x, edge_index, edge_weight, category_id = outfits()
    out = conv(x, edge_index, category_id, edge_weight)
    order = torch.randperm(len(x))
    position = order.argsort()
    permuted = conv(x[order], position[edge_index], category_id[order], edge_weight)
    torch.testing.assert_close(permuted, out[order])
    none = torch.empty(2, 0, dtype=torch.long)
    assert conv(x[:0], none, category_id[:0], edge_weight[:0]).shape == (0, D)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"'num_steps' .*got 0"):
        NGNNConv(D, C, 0)
    x, edge_index, edge_weight, category_id = outfits()
    sparse = adjacency(edge_index, edge_weight, len(x))
    conv = NGNNConv(D, C).double()
    with pytest.raises(ValueError, match=r"'edge_weight' .*None.*\(20,\)"):
        conv(x, sparse, category_id, edge_weight)
    with pytest.raises(ValueError, match=r"'x' .*bipartite.*tuple"):
        conv((x, x), edge_index, category_id, edge_weight)
    with pytest.raises(ValueError, match=r"'x' .*\[N, 4\].*\(10, 3\)"):
        conv(x[:, :3], edge_index, category_id, edge_weight)
    with pytest.raises(ValueError, match=r"'category_id' .*\(9,\)"):
        conv(x, edge_index, category_id[1:], edge_weight)
    with pytest.raises(ValueError, match=r"'edge_index' .*\(20, 2\)"):
        conv(x, edge_index.t(), category_id, edge_weight)
    with pytest.raises(ValueError, match=r"'edge_weight' .*\(20, 1\)"):
        conv(x, edge_index, category_id, edge_weight.unsqueeze(1))


class Unchanged(NGNNConv):
    """Overrides the message, so that the layer needs edges."""

    def message(self, x_j, edge_weight):
        return super().message(x_j, edge_weight)


@pytest.mark.parametrize("weighted", [False, True])
def test_edge_wise_path_equals_the_sparse_path(weighted):
    conv, other = NGNNConv(D, C, 2).double(), Unchanged(D, C, 2).double()
    other.load_state_dict(conv.state_dict())
    x, edge_index, edge_weight, category_id = outfits()
    weight = edge_weight if weighted else None
    results = []
    for layer in (conv, other):
        state = x.clone().requires_grad_()
        out = layer(state, edge_index, category_id, weight)
        results.append((out, *torch.autograd.grad(out.sin().sum(), [state, *layer.parameters()])))
    for by_matrix, by_edge in zip(*results, strict=True):
        torch.testing.assert_close(by_matrix, by_edge)


def test_edge_weights_with_a_gradient_get_their_gradient():
    conv = NGNNConv(D, C, 2).double()
    x, edge_index, edge_weight, category_id = outfits((2, 3))
    assert torch.autograd.gradcheck(
        lambda weight: conv(x, edge_index, category_id, weight), edge_weight.requires_grad_()
    )
