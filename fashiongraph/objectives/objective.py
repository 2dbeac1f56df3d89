"""Base class of training objectives."""

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
    """Base class of all objectives: the loss of a model on a training batch.

    A training batch of the default :meth:`loader` contains each real outfit followed by
    ``num_negatives`` corrupted outfits, in which one item is replaced by a negative. A subclass
    implements :meth:`forward`.

    Args:
        num_negatives: Number of corrupted outfits per real outfit; 0 for a loss on real outfits
            only.

    Raises:
        FashionGraphError: If ``num_negatives`` is below the minimum of the objective.

    Example:
        >>> class Hinge(Objective):
        ...     def forward(self, model, batch):
        ...         real, corrupted = model(batch).view(-1, 2).unbind(1)
        ...         return {"loss": (1 - real + corrupted).relu().mean()}
        >>> Hinge(num_negatives=1)
        Hinge(num_negatives=1)
    """

    min_negatives = 1
    """Smallest number of negatives of the loss."""

    def __init__(self, num_negatives: int) -> None:
        super().__init__()
        if num_negatives < self.min_negatives:
            raise FashionGraphError(
                f"'num_negatives' needs to be at least {self.min_negatives} (got {num_negatives})"
            )
        self.num_negatives = num_negatives

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """Loader of the training batches of one epoch.

        Args:
            outfits: Real outfits.
            sampler: Sampler of negatives.
            **settings: Further arguments of the loader.
        """
        return CandidateLoader(outfits, sampler, self.num_negatives, **settings)

    def training_protocol(self, protocol: str) -> str:
        """Protocol of the training negatives, given the protocol of validation."""
        return protocol

    def begin_epoch(self, epoch: int) -> None:
        """Prepare for an epoch, counted from 0."""

    def extra_repr(self) -> str:
        """Settings that have to be equal when a training is resumed."""
        return f"num_negatives={self.num_negatives}"

    def forward(self, model: ModelT, batch: Batch) -> dict[str, Tensor]:
        """Compute ``loss``, which is minimised, and further terms, which are logged."""
        raise NotImplementedError(f"{type(self).__name__} does not implement forward")


def ranking_scores(
    model: OutfitModel, batch: Batch, loss: torch.nn.Module, num_candidates: int
) -> tuple[Tensor, Tensor | None]:
    """Scores of real and corrupted outfits for a ranking loss.

    Args:
        model: The model.
        batch: A training batch of B real outfits.
        loss: The ranking loss. With an attribute ``uses_outfit_scores`` that is true, it reads both
            scores of :meth:`OutfitModel.ranking_scores`; any other loss reads those of outfits.
        num_candidates: Number of outfits per real outfit, itself included, 1 + R.

    Returns:
        Scores for ranking [B, 1 + R], and, if the loss reads both, scores of outfits [B, 1 + R],
        else :obj:`None`.
    """
    if not getattr(loss, "uses_outfit_scores", False):
        return model(batch).view(-1, num_candidates), None
    candidate, outfit = model.ranking_scores(batch)
    return candidate.view(-1, num_candidates), outfit.view(-1, num_candidates)
