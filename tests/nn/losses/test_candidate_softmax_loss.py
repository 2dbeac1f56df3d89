from __future__ import annotations

import math

import pytest
import torch
from safetensors.torch import load, save

from fashiongraph.nn.losses.candidate_softmax_loss import CandidateSoftmaxLoss


def loop(loss, positive, negative):
    """The docstring's equation, outfit by outfit."""
    scale, bias = math.exp(loss.log_scale.item()), loss.bias.item()

    def log_sigmoid(v):
        return -math.log(1 + math.exp(-(scale * v + bias)))

    def log_not_sigmoid(v):
        return -math.log(1 + math.exp(scale * v + bias))

    total = 0.0
    for y, others in zip(positive.tolist(), negative.tolist(), strict=True):
        softmax = math.exp(y) / (math.exp(y) + sum(math.exp(other) for other in others))
        real = log_sigmoid(y)
        corrupted = sum(log_not_sigmoid(other) for other in others) / len(others)
        total += -math.log(softmax) - loss.pointwise_weight * 0.5 * (real + corrupted)
    return torch.tensor(total / len(positive), dtype=torch.float64)


def drawn(pointwise_weight=0.3):
    loss = CandidateSoftmaxLoss(pointwise_weight).double()
    for parameter in loss.parameters():
        torch.nn.init.normal_(parameter)
    return loss


def test_repr():
    assert str(CandidateSoftmaxLoss()) == "CandidateSoftmaxLoss(pointwise_weight=0.3)"


@pytest.mark.parametrize("num_negatives", [1, 3, 8])
@pytest.mark.parametrize("pointwise_weight", [0.0, 0.3, 1.0])
def test_equals_the_equation(pointwise_weight, num_negatives):
    loss = drawn(pointwise_weight)
    positive = torch.randn(5, dtype=torch.float64)
    negative = torch.randn(5, num_negatives, dtype=torch.float64)
    torch.testing.assert_close(loss(positive, negative), loop(loss, positive, negative))


def test_outfit_scores_replace_the_scores_of_the_pointwise_term():
    loss = drawn(0.5)
    positive, negative = torch.randn(5).double(), torch.randn(5, 3).double()
    outfit_scores = torch.randn(5, 4).double()
    got = loss(positive, negative, outfit_scores)
    softmax = loop(CandidateSoftmaxLoss(0.0), positive, negative)
    other = loop(loss, outfit_scores[:, 0], outfit_scores[:, 1:])
    other -= loop(CandidateSoftmaxLoss(0.0), outfit_scores[:, 0], outfit_scores[:, 1:])
    torch.testing.assert_close(got, softmax + other)
    with pytest.raises(ValueError, match=r"'outfit_scores' .*\(5, 4\) .*\(5, 3\)"):
        loss(positive, negative, outfit_scores[:, 1:])


def test_gradients():
    loss = drawn()
    positive = torch.randn(4, dtype=torch.float64, requires_grad=True)
    negative = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    parameters = [p.detach().clone().requires_grad_() for p in loss.parameters()]

    def call(positive, negative, log_scale, bias):
        values = {"log_scale": log_scale, "bias": bias}
        return torch.func.functional_call(loss, values, (positive, negative))

    assert torch.autograd.gradcheck(call, (positive, negative, *parameters))


def test_order_of_candidates_does_not_matter():
    loss = CandidateSoftmaxLoss()
    positive, negative = torch.randn(5), torch.randn(5, 3)
    torch.testing.assert_close(loss(positive, negative.flip(1)), loss(positive, negative))


@pytest.mark.parametrize("margin", [-1e4, 1e4])
def test_extreme_margins_stay_finite(margin):
    positive = torch.tensor([margin], requires_grad=True)
    loss = CandidateSoftmaxLoss()(positive, torch.zeros(1, 3))
    loss.backward()
    assert loss.isfinite()
    assert positive.grad.isfinite().all()


def test_a_large_margin_is_not_lost_in_rounding():
    # log(e^1000 + e^985) - 1000 is 0 in float32, while the loss is e^-15.
    loss = CandidateSoftmaxLoss(pointwise_weight=0.0)(
        torch.tensor([1000.0]), torch.tensor([[985.0]])
    )
    torch.testing.assert_close(loss, torch.tensor(math.exp(-15)), atol=6e-8, rtol=0)


def test_without_outfits_the_loss_is_zero():
    positive = torch.empty(0, requires_grad=True)
    loss = CandidateSoftmaxLoss()(positive, torch.empty(0, 3))
    assert loss.item() == 0
    loss.backward()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    loss = CandidateSoftmaxLoss()
    positive, negative = torch.randn(5), torch.randn(5, 3)
    expected = loop(loss, positive, negative)
    out = loss.to(dtype)(positive.to(dtype), negative.to(dtype))
    assert out.dtype == torch.promote_types(dtype, torch.float32)
    within = 3e-2 if dtype == torch.bfloat16 else 1e-5
    torch.testing.assert_close(out.double(), expected, atol=within, rtol=0)


def test_files_keep_scale_and_bias():
    loss, other = drawn(), CandidateSoftmaxLoss().double()
    other.load_state_dict(load(save(loss.state_dict())))
    scores = torch.randn(5, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    assert torch.equal(loss(*scores), other(*scores))


@pytest.mark.parametrize(
    ("positive", "negative"), [((5,), (5,)), ((5,), (4, 3)), ((5, 1), (5, 3)), ((5,), (5, 0))]
)
def test_refuses_other_shapes(positive, negative):
    with pytest.raises(ValueError, match=r"'negative' \[B, R\].*got"):
        CandidateSoftmaxLoss()(torch.zeros(positive), torch.zeros(negative))


def test_sums_do_not_overflow_in_half_precision():
    loss = CandidateSoftmaxLoss(0.0).half()(torch.zeros(40000).half(), torch.zeros(40000, 8).half())
    assert float(loss.detach()) == pytest.approx(math.log(9))
