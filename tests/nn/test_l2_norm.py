from __future__ import annotations

import numpy as np
import torch

from fashiongraph.nn import L2Norm, l2_normalize


def test_repr():
    assert str(L2Norm()) == "L2Norm()"


def test_equals_the_equation():
    x = torch.randn(3, 2, 5, dtype=torch.double)
    y = L2Norm()(x)
    for index in np.ndindex(3, 2):
        row = x[index].numpy()
        np.testing.assert_allclose(y[index], row / np.sqrt((row**2).sum()), rtol=1e-12)
    assert torch.equal(y, l2_normalize(x))


def test_has_no_parameters_and_fits_a_sequential():
    layers = torch.nn.Sequential(torch.nn.Linear(3, 4), L2Norm())
    assert list(L2Norm().state_dict()) == []
    torch.testing.assert_close(layers(torch.randn(6, 3)).norm(dim=-1), torch.ones(6))
    assert layers(torch.empty(0, 3)).shape == (0, 4)


def test_zero_vectors_have_a_finite_gradient():
    x = torch.zeros(2, 3, requires_grad=True)
    L2Norm()(x).sum().backward()
    assert x.grad.abs().max() <= 1
