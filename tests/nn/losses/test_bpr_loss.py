from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.nn.losses.bpr_loss import BPRLoss


def loop(positive, negative):
    """Eq. A9, pair by pair."""
    negative = negative.reshape(len(positive), -1)
    losses = [
        -math.log(1 / (1 + math.exp(-(float(positive[b]) - float(negative[b, r])))))
        for b in range(len(positive))
        for r in range(negative.shape[1])
    ]
    return torch.tensor(sum(losses) / len(losses), dtype=torch.float64)


def test_repr():
    assert str(BPRLoss()) == "BPRLoss()"


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3)])
def test_equals_the_equation(shape):
    positive = torch.randn(5, dtype=torch.float64)
    negative = torch.randn(shape, dtype=torch.float64)
    torch.testing.assert_close(BPRLoss()(positive, negative), loop(positive, negative))


def test_gradients():
    positive = torch.randn(4, dtype=torch.float64, requires_grad=True)
    negative = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(BPRLoss(), (positive, negative))
    assert torch.autograd.gradgradcheck(BPRLoss(), (positive, negative))


def test_order_of_outfits_does_not_matter():
    positive, negative = torch.randn(5), torch.randn(5, 3)
    order = torch.randperm(5)
    loss = BPRLoss()(positive, negative)
    torch.testing.assert_close(BPRLoss()(positive[order], negative[order].flip(1)), loss)


@pytest.mark.parametrize("margin", [-1e4, 0.0, 1e4])
def test_extreme_margins_stay_finite(margin):
    positive = torch.tensor([margin], requires_grad=True)
    loss = BPRLoss()(positive, torch.zeros(1))
    expected = {-1e4: 1e4, 0.0: math.log(2), 1e4: 0.0}[margin]
    torch.testing.assert_close(loss, torch.tensor(expected))
    loss.backward()
    assert positive.grad.isfinite().all()


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0)])
def test_without_pairs_the_loss_is_zero(shape):
    positive = torch.empty(shape[0], requires_grad=True)
    loss = BPRLoss()(positive, torch.empty(shape))
    assert loss.item() == 0
    loss.backward()
    assert positive.grad.eq(0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    positive, negative = torch.randn(5), torch.randn(5, 3)
    loss = BPRLoss()(positive.to(dtype), negative.to(dtype))
    assert loss.dtype == torch.promote_types(dtype, torch.float32)
    within = 2e-2 if dtype == torch.bfloat16 else 1e-6
    torch.testing.assert_close(loss.double(), loop(positive, negative), atol=within, rtol=0)


@pytest.mark.parametrize(
    ("positive", "negative"), [((5, 1), (5,)), ((5,), (1,)), ((5,), (3, 5)), ((5,), (5, 2, 2))]
)
def test_refuses_shapes_that_would_broadcast(positive, negative):
    with pytest.raises(ValueError, match=r"'positive' .*\[B\].*got"):
        BPRLoss()(torch.zeros(positive), torch.zeros(negative))


def test_sums_do_not_overflow_in_half_precision():
    loss = BPRLoss()(torch.zeros(20000).half(), torch.zeros(20000, 8).half())
    assert float(loss) == pytest.approx(math.log(2))
