"""Objective of ADD-GNN and of its teacher (eq. A12)."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import item_inputs
from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.nn import ADDGNNLoss, CandidateSoftmaxLoss
from fashiongraph.objectives.objective import Objective, ranking_scores


class ADDGNNObjective(Objective[ADDGNN | DesignerTeacher]):
    r"""Sum of ranking loss, mask sparsity, mask distillation and weight norm (eq. A12).

    .. math::
        L = L_O + \lambda_1 L_M + \lambda_2 L_D + \lambda_3 \lVert \Theta \rVert_2

    Args:
        loss: Loss of the four terms; by default the published one.
        num_negatives: Number of corrupted outfits per real outfit; one in the publication.
        teacher: A trained teacher, whose masked features are distilled; its weights are frozen.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 12.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import ADDGNN
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = ADDGNNObjective()
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(ADDGNN(98, hidden_channels=8), next(iter(loader))))
        ['loss', 'mask', 'norm', 'ranking']
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

    @classmethod
    def softmax(cls, teacher: DesignerTeacher | None = None) -> ADDGNNObjective:
        """Build the default of the library: a softmax over eight negatives and a pointwise term.

        Args:
            teacher: A trained teacher to distil from.
        """
        loss = ADDGNNLoss(0.0, 1e-3, 0.0, ranking=CandidateSoftmaxLoss())
        return cls(loss, num_negatives=8, teacher=teacher)

    def train(self, mode: bool = True) -> ADDGNNObjective:
        """Switch the mode; the teacher stays in evaluation mode."""
        super().train(mode)
        if self.teacher is not None:
            self.teacher.eval()
        return self

    def forward(self, model: ADDGNN | DesignerTeacher, batch: Batch) -> dict[str, Tensor]:
        """Score the batch and compute the terms.

        Raises:
            FashionGraphError: If student and teacher differ in the size or scale of features, or
                in the number of attributes.
        """
        score, outfit = ranking_scores(model, batch, self.loss.ranking, 1 + self.num_negatives)
        masks = None
        if self.teacher is not None:
            check_teacher(model, self.teacher)
            items, _ = item_inputs(batch)
            masks = (model.masked(items.x), self.teacher.masked(items.x))
        terms: dict[str, Tensor] = self.loss(
            score[:, 0],
            score[:, 1:],
            model.mask.sparsity_loss(),
            masks,
            model.parameters(),
            outfit,
        )
        return terms


def check_teacher(student: ADDGNN | DesignerTeacher, teacher: DesignerTeacher) -> None:
    """Check that masked features of student and teacher are comparable.

    Raises:
        FashionGraphError: If they differ in ``in_channels``, ``num_attributes`` or ``normalize``.
    """
    for name in ("in_channels", "num_attributes", "normalize"):
        wanted, got = getattr(student, name), getattr(teacher, name)
        if wanted != got:
            raise FashionGraphError(
                f"'teacher' needs the {name} of the student, {wanted} (got {got})"
            )
