"""The base class of training objectives."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.training_loader import TrainingLoader
from fashiongraph.models.outfit_model import OutfitModel

ModelT = TypeVar("ModelT", bound=OutfitModel)


class Objective(torch.nn.Module, Generic[ModelT]):
    """Base of all objectives: the loss of a model on a training batch.

    A training batch holds, for each real outfit, the outfit itself followed by
    ``num_negatives`` corrupted outfits, in which one item is replaced by a negative, unless
    :meth:`loader` says otherwise.

    Args:
        num_negatives: Corrupted outfits per real outfit; 0 for a loss that reads real ones alone.

    Raises:
        FashionGraphError: If ``num_negatives`` is below the objective's minimum.
    """

    min_negatives = 1
    """The fewest negatives that the loss needs."""

    def __init__(self, num_negatives: int) -> None:
        super().__init__()
        if num_negatives < self.min_negatives:
            raise FashionGraphError(
                f"'num_negatives' needs to be at least {self.min_negatives} (got {num_negatives})"
            )
        self.num_negatives = num_negatives

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """The training batches of one epoch.

        Args:
            outfits: Real outfits.
            sampler: Sampler of negatives.
            **settings: Further arguments of :class:`TrainingLoader`.
        """
        return CandidateLoader(outfits, sampler, self.num_negatives, **settings)

    def training_protocol(self, protocol: str) -> str:
        """Protocol of the training negatives, given the protocol of validation."""
        return protocol

    def begin_epoch(self, epoch: int) -> None:
        """Prepare for an epoch, counted from 0."""

    def extra_repr(self) -> str:
        """Settings that a resumed training has to share, beside the modules inside."""
        return f"num_negatives={self.num_negatives}"

    def forward(self, model: ModelT, batch: Batch) -> dict[str, Tensor]:
        """Compute ``loss``, the number to minimise, and further terms to log."""
        raise NotImplementedError(f"{type(self).__name__} does not implement forward")


def ranking_scores(
    model: OutfitModel, batch: Batch, loss: torch.nn.Module, num_candidates: int
) -> tuple[Tensor, Tensor | None]:
    """Scores of real outfits and their corrupted outfits, in the form of a ranking loss.

    Args:
        model: The model.
        batch: A training batch of B real outfits.
        loss: The ranking loss. If it has ``uses_outfit_scores``, it takes the scores that compare
            candidates and those that compare outfits; any other loss takes the latter.
        num_candidates: A real outfit and its corrupted outfits, 1 + R.

    Returns:
        Scores for the ranking [B, 1 + R], and scores that compare outfits [B, 1 + R], or
        :obj:`None` where the loss takes no others.
    """
    if not getattr(loss, "uses_outfit_scores", False):
        return model(batch).view(-1, num_candidates), None
    candidate, outfit = model.ranking_scores(batch)
    return candidate.view(-1, num_candidates), outfit.view(-1, num_candidates)
