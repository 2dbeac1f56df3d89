"""Distillation of scores: a student ranks candidates as its teacher does."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class ScoreDistillationLoss(torch.nn.Module):
    r"""Pulls a student's choice among candidates towards a teacher's.

    .. math::
        L = T^2 \, \mathrm{KL} \big( \operatorname{softmax}(\mathbf{y}_t / T) \,\Vert\,
        \operatorname{softmax}(\mathbf{y}_s / T) \big)

    averaged over groups of candidates. Only differences within a group count, so that teacher and
    student need not score on one scale's zero. No gradient reaches the teacher.

    Args:
        temperature: The temperature T, positive: the higher, the more the order of unlikely
            candidates counts.

    Shapes:
        - **input:** scores of student and teacher, each :math:`(B, R)`
        - **output:** scalar

    Source: Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network" (2015).
    """

    def __init__(self, temperature: float = 1.0) -> None:
        super().__init__()
        if not temperature > 0:
            raise ValueError(f"'temperature' needs to be positive (got {temperature})")
        self.temperature = temperature

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Average over groups; 0 where there is none.

        Raises:
            ValueError: If the shapes differ or are not [B, R].
        """
        if student.shape != teacher.shape or student.dim() != 2:
            raise ValueError(
                f"'student' and 'teacher' need the same shape [B, R] "
                f"(got {tuple(student.shape)} and {tuple(teacher.shape)})"
            )
        wanted = (at_least_float32(teacher.detach()) / self.temperature).log_softmax(dim=-1)
        found = (at_least_float32(student) / self.temperature).log_softmax(dim=-1)
        divergence = (wanted.exp() * (wanted - found)).sum(dim=-1)
        loss: Tensor = self.temperature**2 * divergence.sum() / max(student.size(0), 1)
        return loss

    def extra_repr(self) -> str:
        """The temperature."""
        return f"temperature={self.temperature}"
