from __future__ import annotations

import pytest
import torch
from torch.nn.functional import normalize

from fashiongraph.nn import unit


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_equals_torchs_to_the_last_bit(dtype, scale):
    x = (scale * torch.randn(50, 3, 7)).to(dtype).requires_grad_()
    weight = torch.randn(50, 3, 7).to(dtype)
    ours, theirs = unit(x), normalize(x, dim=-1)
    assert torch.equal(ours, theirs)
    gradient = [torch.autograd.grad((y * weight).sum(), x)[0] for y in (ours, theirs)]
    assert torch.equal(*gradient)


def test_a_vector_of_length_zero_stays_and_passes_its_gradient_on():
    x = torch.zeros(2, 3)
    x[1, 0] = 2.0
    x.requires_grad_()
    y = unit(x)
    assert y.tolist() == [[0, 0, 0], [1, 0, 0]]
    y.backward(torch.ones(2, 3))
    assert x.grad.tolist() == [[1, 1, 1], [0, 0.5, 0.5]]


def test_what_float32_cannot_measure_counts_as_zero():
    x = torch.full((1, 3), 1e-22, requires_grad=True)
    unit(x).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1]]


def test_gradients():
    x = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(unit, x)


def test_nothing_has_no_length():
    assert unit(torch.empty(0, 3)).shape == (0, 3)
