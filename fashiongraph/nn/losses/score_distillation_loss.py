"""Distillation of candidate scores from a teacher to a student."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class ScoreDistillationLoss(torch.nn.Module):
    r"""Kullback-Leibler divergence of a student's candidate probabilities from a teacher's.

    .. math::
        L = T^2 \, \mathrm{KL} \bigl( \operatorname{softmax}(\mathbf{y}_t / T) \,\Vert\,
        \operatorname{softmax}(\mathbf{y}_s / T) \bigr)

    averaged over groups of candidates. Only differences within a group count; the scores of
    teacher and student may differ by a constant. The teacher gets no gradient.

    Args:
        temperature: The temperature T, positive. A higher temperature gives more weight to
            differences between unlikely candidates.

    Shapes:
        - **input:** scores of student and teacher, each :math:`(B, R)`
        - **output:** scalar

    Raises:
        ValueError: If ``temperature`` is not positive.

    Source: Hinton, Vinyals, Dean, `"Distilling the knowledge in a neural network"
    <https://arxiv.org/abs/1503.02531>`_ (2015).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import ScoreDistillationLoss
        >>> ScoreDistillationLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]]))
        tensor(0.3278)
    """

    def __init__(self, temperature: float = 1.0) -> None:
        super().__init__()
        if not temperature > 0:
            raise ValueError(f"'temperature' needs to be positive (got {temperature})")
        self.temperature = temperature

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Average over groups; 0 for no groups.

        Args:
            student: Scores of the student [B, R].
            teacher: Scores of the teacher [B, R].

        Raises:
            ValueError: If the shapes differ or are not [B, R].
        """
        if student.shape != teacher.shape or student.dim() != 2:
            raise ValueError(
                f"'student' and 'teacher' need the same shape [B, R] "
                f"(got {tuple(student.shape)} and {tuple(teacher.shape)})"
            )
        target = (at_least_float32(teacher.detach()) / self.temperature).log_softmax(dim=-1)
        predicted = (at_least_float32(student) / self.temperature).log_softmax(dim=-1)
        divergence = (target.exp() * (target - predicted)).sum(dim=-1)
        loss: Tensor = self.temperature**2 * divergence.sum() / max(student.size(0), 1)
        return loss

    def extra_repr(self) -> str:
        """The temperature."""
        return f"temperature={self.temperature}"
