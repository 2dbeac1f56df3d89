"""Distillation of attribute masks (eq. A11 of ADD-GNN)."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class AttributeDistillationLoss(torch.nn.Module):
    r"""Euclidean distance of a student's masked features from a teacher's.

    .. math::
        L_D = \sum_k \lVert \mathbf{m}_s^k - \mathbf{m}_t^k \rVert_2

    per item, averaged over items. The teacher gets no gradient.

    Shapes:
        - **input:** masked features of student and teacher, each :math:`(N, K, F)`
        - **output:** scalar

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 11.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AttributeDistillationLoss
        >>> student = torch.tensor([[[3.0, 4.0], [0.0, 1.0]]])  # 1 item, 2 attributes
        >>> AttributeDistillationLoss()(student, torch.zeros(1, 2, 2))  # 5 + 1
        tensor(6.)
    """

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Average over items; 0 for no items.

        Args:
            student: Masked features of the student [N, K, F].
            teacher: Masked features of the teacher [N, K, F].

        Raises:
            ValueError: If the shapes differ.
        """
        if student.shape != teacher.shape:
            raise ValueError(
                f"'student' and 'teacher' need the same shape "
                f"(got {tuple(student.shape)} and {tuple(teacher.shape)})"
            )
        difference = at_least_float32(student) - at_least_float32(teacher.detach())
        distance = torch.linalg.vector_norm(difference, dim=-1)
        loss: Tensor = distance.sum() / max(student.size(0), 1)
        return loss
