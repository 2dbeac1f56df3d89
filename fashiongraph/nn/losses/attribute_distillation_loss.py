"""Distillation of attribute masks (eq. A11 of ADD-GNN)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class AttributeDistillationLoss(torch.nn.Module):
    r"""Pulls a student's masked features towards a teacher's.

    .. math::
        L_D = \sum_k \lVert \mathbf{m}_s^k - \mathbf{m}_t^k \rVert_2

    per item, averaged over items. No gradient reaches the teacher.

    Shapes:
        - **input:** masked features of student and teacher, each :math:`(N, K, F)`
        - **output:** scalar

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 11.
    """

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Average over items; 0 where there is none."""
        if student.shape != teacher.shape:
            raise ValueError(
                f"'student' and 'teacher' need the same shape "
                f"(got {tuple(student.shape)} and {tuple(teacher.shape)})"
            )
        difference = at_least_float32(student) - at_least_float32(teacher.detach())
        apart = torch.linalg.vector_norm(difference, dim=-1)
        loss: Tensor = apart.sum() / max(student.size(0), 1)
        return loss
