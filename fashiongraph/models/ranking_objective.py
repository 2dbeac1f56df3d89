"""The objective that any model can be trained for."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.objective import Objective
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import CandidateSoftmaxLoss, ScoreDistillationLoss


class RankingObjective(Objective):
    """Rank every real outfit above its corrupted editions, on its own or with a teacher's help.

    Args:
        loss: Takes positive scores [B] and negative scores [B, R]; by default eight negatives'
            softmax with a light pointwise term, the training that all models of the library are
            compared under.
        num_negatives: Corrupted editions per real outfit, R.
        teacher: A trained model of the same features whose choice among the outfit and its
            editions the student is to share. It is frozen.
        lambda_distillation: Weight of the :class:`~fashiongraph.nn.ScoreDistillationLoss`.
    """

    def __init__(
        self,
        loss: torch.nn.Module | None = None,
        num_negatives: int = 8,
        teacher: OutfitModel | None = None,
        lambda_distillation: float = 1.0,
    ) -> None:
        super().__init__(num_negatives)
        self.loss = CandidateSoftmaxLoss() if loss is None else loss
        self.teacher = None if teacher is None else teacher.requires_grad_(False).eval()
        self.lambda_distillation = lambda_distillation
        self.distillation = ScoreDistillationLoss()

    def train(self, mode: bool = True) -> RankingObjective:
        """Switch the mode; the teacher stays as it is."""
        super().train(mode)
        if self.teacher is not None:
            self.teacher.eval()
        return self

    def forward(self, model: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Score the batch once and rank."""
        score, compared = self.candidate_scores(model, batch, self.loss)
        own = () if compared is None else (compared,)
        loss = self.loss(score[:, 0], score[:, 1:], *own)
        if self.teacher is None:
            return {"loss": loss}
        with torch.no_grad():
            wanted, _ = self.candidate_scores(self.teacher, batch, self.loss)
        distillation = self.distillation(score, wanted)
        total = loss + self.lambda_distillation * distillation
        return {"loss": total, "ranking": loss, "distillation": distillation}

    def extra_repr(self) -> str:
        """The settings."""
        return f"{super().extra_repr()}, lambda_distillation={self.lambda_distillation}"
