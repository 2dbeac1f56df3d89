from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn.losses.in_batch_softmax_loss import InBatchSoftmaxLoss


def loop(predicted, target, group=None):
    """The docstring's equation, prediction by prediction."""
    group = [0] * len(target) if group is None else group.tolist()
    predicted, target = predicted.detach().numpy(), target.detach().numpy()
    total = 0.0
    for t in range(len(predicted)):
        like = [other for other, c in zip(target, group, strict=True) if c == group[t]]
        normaliser = sum(np.exp(predicted[t] @ other) for other in like)
        total -= np.log(np.exp(predicted[t] @ target[t]) / normaliser)
    return torch.tensor(total / len(predicted), dtype=torch.float64)


def test_repr():
    assert str(InBatchSoftmaxLoss()) == "InBatchSoftmaxLoss()"


@pytest.mark.parametrize("size", [1, 2, 7])
def test_equals_the_equation(size):
    predicted, target = torch.randn(2, size, 4, dtype=torch.float64)
    target[-1] = target[0]  # a repeated item
    torch.testing.assert_close(InBatchSoftmaxLoss()(predicted, target), loop(predicted, target))


def test_targets_of_other_groups_do_not_compete():
    predicted, target = torch.randn(2, 7, 4, dtype=torch.float64)
    group = torch.tensor([2, 0, 2, -1, 0, 2, 5])
    loss = InBatchSoftmaxLoss()
    torch.testing.assert_close(loss(predicted, target, group), loop(predicted, target, group))
    assert loss(predicted[6:], target[6:], group[6:]) == 0  # alone in its group
    with pytest.raises(ValueError, match=r"'group' .*\(6,\) for 7"):
        loss(predicted, target, group[:6])


def test_gradients():
    predicted = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    target = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(InBatchSoftmaxLoss(), (predicted, target))
    group = torch.tensor([0, 1, 0, 1])
    assert torch.autograd.gradcheck(lambda *x: InBatchSoftmaxLoss()(*x, group), (predicted, target))


def test_without_predictions_the_loss_is_zero():
    predicted = torch.empty(0, 3, requires_grad=True)
    loss = InBatchSoftmaxLoss()(predicted, torch.empty(0, 3))
    assert loss.item() == 0
    loss.backward()


def test_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"'predicted' and 'target' .*\(3, 2\)"):
        InBatchSoftmaxLoss()(torch.zeros(3, 2), torch.zeros(2, 2))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_products_are_not_rounded(dtype):
    predicted, target = 8 * torch.randn(2, 40, 64).to(dtype)
    expected = InBatchSoftmaxLoss()(predicted.float(), target.float())
    assert torch.equal(InBatchSoftmaxLoss()(predicted, target), expected)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(InBatchSoftmaxLoss()(predicted.float(), target.float()), expected)
