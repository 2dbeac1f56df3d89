from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import ScoreDistillationLoss


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_equals_the_equation(temperature):
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(2, 5, 4))
    total = 0.0
    for s, t in zip(student / temperature, teacher / temperature, strict=True):
        target, predicted = np.exp(t) / np.exp(t).sum(), np.exp(s) / np.exp(s).sum()
        total += temperature**2 * np.sum(target * np.log(target / predicted))
    loss = ScoreDistillationLoss(temperature)(torch.tensor(student), torch.tensor(teacher))
    np.testing.assert_allclose(loss, total / 5, rtol=1e-12)


def test_the_teacher_gets_no_gradient():
    student = torch.randn(3, 4, dtype=torch.double, requires_grad=True)
    teacher = torch.randn(3, 4, dtype=torch.double, requires_grad=True)
    loss = ScoreDistillationLoss(2.0)
    assert torch.autograd.gradcheck(lambda s: loss(s, teacher.detach()), [student])
    loss(student, teacher).backward()
    assert teacher.grad is None
    torch.testing.assert_close(loss(teacher + 3, teacher), torch.zeros((), dtype=torch.double))


def test_empty_batch_and_bad_arguments():
    loss = ScoreDistillationLoss()
    empty = torch.empty(0, 4, requires_grad=True)
    loss(empty, empty.detach()).backward()
    with pytest.raises(ValueError, match=r"'student' and 'teacher' .*\(3, 5\)"):
        loss(torch.zeros(3, 4), torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"'temperature' .*got 0.0"):
        ScoreDistillationLoss(0.0)


def test_sums_do_not_overflow_in_half_precision():
    student = torch.tensor([0.0, 30.0]).half().expand(5000, 2)
    assert float(ScoreDistillationLoss()(student, student.flip(1))) == pytest.approx(30)
