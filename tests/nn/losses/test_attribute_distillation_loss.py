from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn.losses.attribute_distillation_loss import AttributeDistillationLoss


def loop(student, teacher):
    """Eq. A11 per item, then the mean over items."""
    student, teacher = student.detach().double().numpy(), teacher.detach().double().numpy()
    total = 0.0
    for i in range(len(student)):
        for k in range(student.shape[1]):
            total += np.sqrt(sum((student[i, k] - teacher[i, k]) ** 2))
    return torch.tensor(total / len(student), dtype=torch.float64)


def test_repr():
    assert str(AttributeDistillationLoss()) == "AttributeDistillationLoss()"


def test_equals_the_equation():
    student, teacher = torch.randn(2, 5, 3, 8, dtype=torch.float64)
    loss = AttributeDistillationLoss()(student, teacher)
    torch.testing.assert_close(loss, loop(student, teacher))


def test_the_teacher_gets_no_gradient():
    student, teacher = torch.randn(2, 2, 3, 4, dtype=torch.float64)
    student.requires_grad_()
    teacher.requires_grad_()
    loss = AttributeDistillationLoss()
    assert torch.autograd.gradcheck(lambda student: loss(student, teacher), (student,))
    loss(student, teacher).backward()
    assert student.grad.ne(0).any()
    assert teacher.grad is None


def test_a_perfect_student_has_no_loss_and_no_gradient():
    student = torch.randn(5, 3, 8, requires_grad=True)
    loss = AttributeDistillationLoss()(student, student.detach().clone())
    assert loss.item() == 0
    loss.backward()
    assert student.grad.eq(0).all()  # the norm is not differentiable there


def test_order_of_items_does_not_matter():
    student, teacher = torch.randn(2, 5, 3, 8)
    order = torch.randperm(5)
    loss = AttributeDistillationLoss()
    torch.testing.assert_close(loss(student[order], teacher[order]), loss(student, teacher))


def test_empty_batch():
    student = torch.empty(0, 3, 8, requires_grad=True)
    loss = AttributeDistillationLoss()(student, torch.empty(0, 3, 8))
    assert loss.item() == 0
    loss.backward()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    student, teacher = torch.randn(2, 5, 3, 8)
    loss = AttributeDistillationLoss()(student.to(dtype), teacher.to(dtype))
    assert loss.dtype == torch.promote_types(dtype, torch.float32)
    within = 0.1 if dtype == torch.bfloat16 else 1e-5  # of about 12
    torch.testing.assert_close(loss.double(), loop(student, teacher), atol=within, rtol=0)


def test_refuses_different_shapes():
    with pytest.raises(ValueError, match=r"'student' and 'teacher' .*\(5, 1, 8\)"):
        AttributeDistillationLoss()(torch.zeros(5, 3, 8), torch.zeros(5, 1, 8))


def test_sums_do_not_overflow_in_half_precision():
    student = torch.ones(5000, 4, 64).half()
    assert AttributeDistillationLoss()(student, torch.zeros_like(student)) == 32
