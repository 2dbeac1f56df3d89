from __future__ import annotations

import math

import pytest
import torch
from torchvision.ops import sigmoid_focal_loss

from fashiongraph.nn import FocalLoss


def loop(positive, negative, gamma, alpha):
    losses = []
    for score, real in [(y, True) for y in positive] + [(y, False) for y in negative.flatten()]:
        p = 1 / (1 + math.exp(-float(score)))
        p, weight = (p, alpha) if real else (1 - p, 1 - alpha)
        losses.append(-weight * (1 - p) ** gamma * math.log(p))
    return torch.tensor(sum(losses) / len(losses), dtype=torch.float64)


def test_repr():
    assert str(FocalLoss()) == "FocalLoss(gamma=2.0, alpha=0.5)"


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, 0.5), (0.0, 0.5), (1.5, 0.25)])
@pytest.mark.parametrize("shape", [(5,), (5, 3), (0,)])
def test_equals_the_equation_and_torchvision(gamma, alpha, shape):
    positive = 3 * torch.randn(5, dtype=torch.float64)
    negative = 3 * torch.randn(shape, dtype=torch.float64)
    loss = FocalLoss(gamma, alpha)(positive, negative)
    torch.testing.assert_close(loss, loop(positive, negative, gamma, alpha))
    score = torch.cat([positive, negative.flatten()])
    label = torch.cat([torch.ones_like(positive), torch.zeros_like(negative.flatten())])
    expected = sigmoid_focal_loss(score, label, alpha, gamma, reduction="mean")
    torch.testing.assert_close(loss, expected)


def test_gradients():
    positive = torch.randn(4, dtype=torch.float64, requires_grad=True)
    negative = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(FocalLoss(), (positive, negative))


def test_extreme_scores_stay_finite():
    positive = torch.tensor([1e4, -1e4], requires_grad=True)
    loss = FocalLoss()(positive, -positive.detach())
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0.25 * 1e4)
    assert positive.grad.isfinite().all()


def test_no_outfits_have_zero_loss():
    assert FocalLoss()(torch.empty(0), torch.empty(0, 1)) == 0


@pytest.mark.parametrize(("gamma", "alpha", "name"), [(-1, 0.5, "gamma"), (2, 1.5, "alpha")])
def test_settings_out_of_range_are_refused(gamma, alpha, name):
    with pytest.raises(ValueError, match=rf"'{name}' .*got"):
        FocalLoss(gamma, alpha)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_extreme_scores_have_a_gradient(gamma):
    positive = torch.tensor([200.0, -200.0], requires_grad=True)
    FocalLoss(gamma)(positive, torch.empty(0)).backward()
    assert positive.grad.isfinite().all()
    assert positive.grad[1] != 0


def test_alpha_is_as_exact_as_the_scores():
    score = torch.zeros(3, dtype=torch.float64)
    loss = FocalLoss(gamma=0, alpha=0.1)(score, score[:0])
    assert float(loss) == pytest.approx(0.1 * math.log(2), rel=1e-14)


def test_half_precision_scores_are_widened():
    score = torch.randn(5, 3).half()
    loss = FocalLoss()(score[:, 0], score)
    assert torch.equal(loss, FocalLoss()(score[:, 0].float(), score.float()))
