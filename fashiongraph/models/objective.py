"""What a model is trained for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.candidate_loader import CandidateLoader
from fashiongraph.data.negatives.negative_sampler import NegativeSampler
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.training_loader import TrainingLoader
from fashiongraph.errors import FashionGraphError
from fashiongraph.nn import CandidateSoftmaxLoss

if TYPE_CHECKING:
    from fashiongraph.models.addgnn import ADDGNN


class Objective(torch.nn.Module):
    """Base of all objectives: the loss of a model on a training batch.

    A training batch holds, for each real outfit, the outfit itself followed by
    ``num_negatives`` editions in which one item is replaced by a stranger, unless
    :meth:`loader` says otherwise.

    Args:
        num_negatives: Corrupted editions per real outfit; 0 where the loss reads real ones alone.

    Raises:
        FashionGraphError: If these are fewer than the loss can do with.
    """

    min_negatives = 1
    """The fewest that the loss can do with."""

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
            sampler: Where strangers come from.
            **settings: Further arguments of :class:`TrainingLoader`.
        """
        return CandidateLoader(outfits, sampler, self.num_negatives, **settings)

    def training_protocol(self, protocol: str) -> str:
        """The protocol of training's negatives where validation's is ``protocol``."""
        return protocol

    def candidate_scores(
        self, model: torch.nn.Module, batch: Batch, loss: torch.nn.Module
    ) -> tuple[Tensor, Tensor | None]:
        """Score real outfits and their editions as a ranking loss takes them.

        Args:
            model: The model.
            batch: A training batch of B real outfits.
            loss: What will rank; only some losses tell apart what candidates for a blank and what
                outfits are compared by, and only some models.

        Returns:
            Scores that compare candidates [B, 1 + R], and those that compare outfits, or
            :obj:`None` where they are the same.
        """
        compared = None
        if isinstance(loss, CandidateSoftmaxLoss) and getattr(model, "soft_minimum", False):
            score, compared = cast("ADDGNN", model).both_scores(batch)
            compared = compared.view(-1, 1 + self.num_negatives)
        else:
            score = model(batch)
        return score.view(-1, 1 + self.num_negatives), compared

    def begin_epoch(self, epoch: int) -> None:
        """Take note of the epoch that begins, from 0."""

    def extra_repr(self) -> str:
        """What a resumed training has to agree on, beside the modules inside."""
        return f"num_negatives={self.num_negatives}"

    def forward(self, model: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Compute ``loss``, the number to minimise, and whatever parts are worth logging."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its loss is")
