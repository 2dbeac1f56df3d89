from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from fashiongraph.nn.attribute_mask import AttributeMask


def masked(x, weight, sigma):
    """Eq. A1, entry by entry."""
    out = np.zeros((len(x), *weight.shape))
    for i in range(len(x)):
        for k in range(weight.shape[0]):
            for j in range(weight.shape[1]):
                out[i, k, j] = sigma(weight[k, j] * x[i, j])
    return out


def test_repr():
    assert str(AttributeMask(8, 4)) == "AttributeMask(8, num_attributes=4, activation=None)"
    sigmoid = AttributeMask(8, 4, activation="sigmoid")
    assert str(sigmoid) == "AttributeMask(8, num_attributes=4, activation=sigmoid)"


@pytest.mark.parametrize(
    ("activation", "sigma"),
    [
        (None, lambda v: v),
        ("sigmoid", lambda v: 1 / (1 + np.exp(-v))),
        ("leaky_relu", lambda v: v if v > 0 else 0.01 * v),
        (torch.tanh, np.tanh),
        (torch.nn.ReLU(), lambda v: max(v, 0.0)),
    ],
)
def test_equals_the_equation(activation, sigma):
    mask = AttributeMask(8, 4, activation).double()
    x = torch.randn(5, 8, dtype=torch.float64)
    out = mask(x)
    assert out.shape == (5, 4, 8)
    expected = masked(x.numpy(), mask.weight.detach().numpy(), sigma)
    torch.testing.assert_close(out, torch.from_numpy(expected))


def test_sparsity_loss_equals_the_equation():
    mask = AttributeMask(8, 4).double()
    weight = mask.weight.detach().numpy()
    columns = []
    for j in range(8):
        total = 0.0
        for k in range(4):
            total += abs(weight[k, j])
        columns.append(total)
    loss = mask.sparsity_loss()
    torch.testing.assert_close(loss, torch.tensor(max(columns), dtype=torch.float64))
    loss.backward()
    # Only the feature with the largest sum has a gradient, in all attributes.
    assert mask.weight.grad.ne(0).any(dim=0).nonzero().item() == int(np.argmax(columns))


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_gradients(activation):
    mask = AttributeMask(3, 2, activation).double()
    x = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    weight = mask.weight.detach().requires_grad_()

    def call(x, weight):
        return torch.func.functional_call(mask, {"weight": weight}, (x,))

    assert torch.autograd.gradcheck(call, (x, weight))
    assert torch.autograd.gradcheck(lambda _: mask.sparsity_loss(), (mask.weight,))


def test_permutation_repeats_and_batching():
    mask = AttributeMask(8, 4)
    x = torch.randn(6, 8)
    order = torch.tensor([5, 3, 3, 0, 1, 2, 4])
    torch.testing.assert_close(mask(x[order]), mask(x)[order])
    torch.testing.assert_close(mask(x), torch.cat([mask(row[None]) for row in x]))


def test_empty_batch():
    mask = AttributeMask(8, 4)
    out = mask(torch.empty(0, 8))
    assert out.shape == (0, 4, 8)
    out.sum().backward()
    assert mask.weight.grad.eq(0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    mask = AttributeMask(8, 4, "sigmoid").double()
    x = torch.randn(5, 8, dtype=torch.float64)
    out = copy.deepcopy(mask).to(dtype)(x.to(dtype))
    assert out.dtype == dtype
    within = 2e-2 if dtype == torch.bfloat16 else 1e-6
    torch.testing.assert_close(out.double(), mask(x), atol=within, rtol=0)


def test_autocast():
    mask = AttributeMask(8, 4, "sigmoid")
    x = torch.randn(5, 8)
    with torch.autocast("cpu", torch.bfloat16):
        out = mask(x)
    torch.testing.assert_close(out.float(), mask(x), atol=2e-2, rtol=0)


def test_copies_and_files_keep_the_weights():
    mask, other = AttributeMask(8, 4), AttributeMask(8, 4)
    x = torch.randn(5, 8)
    assert not torch.equal(mask(x), other(x))
    other.load_state_dict(load(save(mask.state_dict())))
    assert torch.equal(mask(x), other(x))
    assert torch.equal(mask(x), copy.deepcopy(mask)(x))
    other.reset_parameters()
    assert not torch.equal(mask(x), other(x))


@pytest.mark.parametrize("sizes", [(0, 4), (8, 0), (-1, 4)])
def test_refuses_sizes_that_are_not_positive(sizes):
    with pytest.raises(ValueError, match=rf"'in_channels'.*got {sizes[0]} and {sizes[1]}"):
        AttributeMask(*sizes)


@pytest.mark.parametrize(("channels", "given"), [(8, 1), (1, 8)])
def test_refuses_features_of_another_size(channels, given):
    with pytest.raises(ValueError, match=rf"'x' needs {channels} .*\(5, {given}\)"):
        AttributeMask(channels, 3)(torch.randn(5, given))
