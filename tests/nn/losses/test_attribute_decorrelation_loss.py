from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import AttributeDecorrelationLoss


def test_equals_a_loop_over_pairs_of_attributes():
    terms = torch.randn(20, 4, dtype=torch.float64)
    squares = [
        np.corrcoef(terms[:, k], terms[:, other])[0, 1] ** 2
        for k in range(4)
        for other in range(4)
        if k != other
    ]
    loss = AttributeDecorrelationLoss()(terms)
    torch.testing.assert_close(loss, torch.tensor(np.mean(squares)))


def test_agreement_is_one_and_constants_are_zero():
    line = torch.linspace(-1, 1, 9)
    loss = AttributeDecorrelationLoss()
    torch.testing.assert_close(loss(torch.stack([line, -2 * line], dim=1)), torch.tensor(1.0))
    constant = torch.stack([line, torch.ones(9)], dim=1).requires_grad_()
    value = loss(constant)
    assert float(value.detach()) == 0
    value.backward()
    assert constant.grad.isfinite().all()


@pytest.mark.parametrize("shape", [(5, 1), (1, 4), (0, 4)])
def test_nothing_to_compare_is_zero(shape):
    terms = torch.randn(shape, requires_grad=True)
    loss = AttributeDecorrelationLoss()(terms)
    loss.backward()
    assert float(loss.detach()) == 0 and not terms.grad.any()


def test_gradients():
    terms = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(AttributeDecorrelationLoss(), (terms,))


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"'terms' needs the shape \[P, K\]"):
        AttributeDecorrelationLoss()(torch.zeros(3))
