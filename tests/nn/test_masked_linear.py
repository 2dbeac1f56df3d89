"""Masks folded into the weights equal masks applied to the features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import MaskedLinear


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("activation", "sigma"), [(None, lambda v: v), ("sigmoid", lambda v: 1 / (1 + np.exp(-v)))]
)
def test_equals_the_equations(activation, sigma, bias):
    torch.manual_seed(0)
    layer = MaskedLinear(5, 4, 3, activation, bias).double()
    x = torch.randn(6, 5, dtype=torch.double)
    mask, weight = (p.detach().numpy() for p in (layer.mask.weight, layer.lin.weight))
    offset = layer.lin.bias.detach().numpy() if bias else np.zeros(4)
    expected = np.zeros((6, 3, 4))
    for i in range(6):
        for k in range(3):
            for h in range(4):
                total = offset[h]
                for f in range(5):
                    total += weight[h, f] * sigma(mask[k, f] * x[i, f].item())
                expected[i, k, h] = total
    torch.testing.assert_close(layer(x), torch.from_numpy(expected))


def test_folded_masks_equal_applied_masks_with_gradients():
    torch.manual_seed(0)
    layer, x = MaskedLinear(8, 6, 3).double(), torch.randn(5, 8, dtype=torch.double)
    x.requires_grad_()
    wanted = [x, *layer.parameters()]
    folded, plain = layer(x), layer.lin(layer.mask(x))
    torch.testing.assert_close(folded, plain)
    grads = [torch.autograd.grad(h.sin().sum(), wanted) for h in (folded, plain)]
    torch.testing.assert_close(grads[0], grads[1])
    assert torch.autograd.gradcheck(layer, x)


def test_empty_batch_and_reset_parameters():
    layer = MaskedLinear(8, 6, 3)
    assert layer(torch.zeros(0, 8)).shape == (0, 3, 6)
    before = layer.lin.weight.clone()
    layer.reset_parameters()
    assert not torch.equal(layer.lin.weight, before)


@pytest.mark.parametrize(
    ("sizes", "name"), [((0, 6, 3), "in_channels"), ((8, 0, 3), "out_channels")]
)
def test_sizes_are_positive(sizes, name):
    with pytest.raises(ValueError, match=rf"'{name}'.*got"):
        MaskedLinear(*sizes)


@pytest.mark.parametrize("activation", [None, "sigmoid"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 9), (5, 1), (8, 5)])
def test_refuses_features_of_another_size(activation, shape):
    layer = MaskedLinear(8, 6, 3, activation)
    with pytest.raises(ValueError, match=rf"'x' needs 8 .*{shape[0]}, {shape[1]}"):
        layer(torch.zeros(shape))
