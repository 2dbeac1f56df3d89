"""How ADD-GNN and its teacher are trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.node_features import node_features
from fashiongraph.models.objective import Objective
from fashiongraph.nn import ADDGNNLoss

if TYPE_CHECKING:
    from fashiongraph.models.addgnn import ADDGNN
    from fashiongraph.models.designer_teacher import DesignerTeacher


class ADDGNNObjective(Objective):
    """Ranking, mask sparsity, distillation from a teacher, and small weights (eq. A12).

    Args:
        loss: The loss that composes the four; by default the paper's.
        num_negatives: Corrupted editions per real outfit; the paper has one.
        teacher: A trained teacher whose masks guide the student's. It is frozen, and reads the
            same features as the student.
    """

    def __init__(
        self,
        loss: ADDGNNLoss | None = None,
        num_negatives: int = 1,
        teacher: DesignerTeacher | None = None,
    ) -> None:
        super().__init__(num_negatives)
        self.loss = ADDGNNLoss() if loss is None else loss
        self.teacher = None if teacher is None else teacher.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> ADDGNNObjective:
        """Switch the mode; the teacher stays as it is."""
        super().train(mode)
        if self.teacher is not None:
            self.teacher.eval()
        return self

    def forward(self, model: ADDGNN | DesignerTeacher, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains models that have masks
        """Score the batch once and compose the parts."""
        score, compared = self.candidate_scores(model, batch, self.loss.ranking)
        masks = None
        if self.teacher is not None:
            x, _ = node_features(batch)
            masks = (model.masked(x), self.teacher.masked(x))
        parts: dict[str, Tensor] = self.loss(
            score[:, 0],
            score[:, 1:],
            model.mask.sparsity_loss(),
            masks,
            model.parameters(),
            compared,
        )
        return parts
