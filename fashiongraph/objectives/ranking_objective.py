"""Ranking objective of any model."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import CandidateSoftmaxLoss, ScoreDistillationLoss
from fashiongraph.objectives.objective import Objective, ranking_scores


class RankingObjective(Objective[OutfitModel]):
    """Ranking of real outfits above their corrupted outfits, optionally with score distillation.

    Args:
        loss: Loss of positive scores [B] and negative scores [B, R]; by default
            :class:`~fashiongraph.nn.CandidateSoftmaxLoss`, the common loss of the benchmarks.
        num_negatives: Number of corrupted outfits per real outfit, R.
        teacher: A trained model on the same features. Its distribution over a real outfit and its
            corrupted outfits is distilled; its weights are frozen.
        lambda_distillation: Weight of the :class:`~fashiongraph.nn.ScoreDistillationLoss`.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = RankingObjective(num_negatives=2)
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(Siamese(98), next(iter(loader))))
        ['loss']
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
        """Switch the mode; the teacher stays in evaluation mode."""
        super().train(mode)
        if self.teacher is not None:
            self.teacher.eval()
        return self

    def forward(self, model: OutfitModel, batch: Batch) -> dict[str, Tensor]:
        """Score the batch and compute the losses."""
        size = 1 + self.num_negatives
        score, outfit = ranking_scores(model, batch, self.loss, size)
        further = () if outfit is None else (outfit,)
        loss = self.loss(score[:, 0], score[:, 1:], *further)
        if self.teacher is None:
            return {"loss": loss}
        with torch.no_grad():
            target, _ = ranking_scores(self.teacher, batch, self.loss, size)
        distillation = self.distillation(score, target)
        total = loss + self.lambda_distillation * distillation
        return {"loss": total, "ranking": loss, "distillation": distillation}

    def extra_repr(self) -> str:
        """Number of negatives and weight of the distillation."""
        return f"{super().extra_repr()}, lambda_distillation={self.lambda_distillation}"
