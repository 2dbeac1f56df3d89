from __future__ import annotations

import pytest
import torch

from fashiongraph.nn import ContrastiveLoss


def loop(positive, negative, margin):
    losses = [float(d) ** 2 for d in positive] + [
        max(0.0, margin - float(d)) ** 2 for d in negative
    ]
    return torch.tensor(sum(losses) / len(losses), dtype=torch.float64)


def test_repr():
    assert str(ContrastiveLoss(0.5)) == "ContrastiveLoss(margin=0.5)"


@pytest.mark.parametrize("margin", [0.5, 1.0])
@pytest.mark.parametrize(("num_positive", "num_negative"), [(5, 7), (4, 0), (0, 3)])
def test_equals_the_equation(margin, num_positive, num_negative):
    positive = torch.rand(num_positive, dtype=torch.float64)
    negative = 2 * torch.rand(num_negative, dtype=torch.float64)
    loss = ContrastiveLoss(margin)(positive, negative)
    torch.testing.assert_close(loss, loop(positive, negative, margin))


def test_gradients():
    positive = torch.rand(4, dtype=torch.float64, requires_grad=True)
    negative = 2 * torch.rand(6, dtype=torch.float64)
    negative.requires_grad_()
    assert torch.autograd.gradcheck(ContrastiveLoss(), (positive, negative))


def test_no_pairs_have_zero_loss():
    assert ContrastiveLoss()(torch.empty(0), torch.empty(0)) == 0


def test_refuses_a_margin_of_zero():
    with pytest.raises(ValueError, match=r"'margin' .*got 0"):
        ContrastiveLoss(0)


def test_sums_do_not_overflow_in_half_precision():
    loss = ContrastiveLoss()(torch.full((20000,), 4.0).half(), torch.zeros(0).half())
    assert float(loss) == 16
