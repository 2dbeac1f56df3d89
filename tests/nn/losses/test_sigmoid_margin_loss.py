from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.nn.losses.sigmoid_margin_loss import SigmoidMarginLoss


def test_repr():
    assert str(SigmoidMarginLoss()) == "SigmoidMarginLoss()"


@pytest.mark.parametrize("num_negatives", [1, 3])
def test_equals_the_equation(num_negatives):
    positive = torch.randn(5, dtype=torch.float64)
    negative = torch.randn(5, num_negatives, dtype=torch.float64)
    values = [
        -1 / (1 + math.exp(-(y - other)))
        for y, others in zip(positive.tolist(), negative.tolist(), strict=True)
        for other in others
    ]
    expected = torch.tensor(sum(values) / len(values), dtype=torch.float64)
    torch.testing.assert_close(SigmoidMarginLoss()(positive, negative), expected)


def test_gradients():
    positive = torch.randn(4, dtype=torch.float64, requires_grad=True)
    negative = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(SigmoidMarginLoss(), (positive, negative))


def test_no_pairs_and_extreme_margins_stay_finite():
    assert SigmoidMarginLoss()(torch.empty(0), torch.empty(0, 3)).item() == 0
    positive = torch.tensor([1e4, -1e4], requires_grad=True)
    loss = SigmoidMarginLoss()(positive, torch.zeros(2, 1))
    loss.backward()
    assert loss.item() == -0.5
    assert (positive.grad == 0).all()


@pytest.mark.parametrize(("positive", "negative"), [((5,), (5,)), ((5, 1), (5, 1)), ((5,), (3, 5))])
def test_refuses_shapes_that_would_broadcast(positive, negative):
    with pytest.raises(ValueError, match=r"'positive' .*\[B\].*got"):
        SigmoidMarginLoss()(torch.zeros(positive), torch.zeros(negative))


def test_sums_do_not_overflow_in_half_precision():
    loss = SigmoidMarginLoss()(torch.zeros(20000).half(), torch.zeros(20000, 8).half())
    assert float(loss) == pytest.approx(-0.5)
