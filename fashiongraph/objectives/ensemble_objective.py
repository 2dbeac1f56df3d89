"""The objective of an ensemble."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.training_loader import TrainingLoader
from fashiongraph.models.ensemble import Ensemble
from fashiongraph.objectives.objective import Objective


class EnsembleObjective(Objective[Ensemble]):
    r"""Sum of the losses of all models of an ensemble on the same batches.

    .. math::
        L = \sum_m L_m

    A sum rather than a mean gives each model the gradient that it would get alone; their mean
    score has no loss of its own.

    Args:
        objective: The objective of one model. What it learns itself, such as the scale of a
            pointwise term, is shared.
    """

    min_negatives = 0

    def __init__(self, objective: Objective[Any]) -> None:
        super().__init__(objective.num_negatives)
        self.objective = objective

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """The training batches of the objective of one model."""
        return self.objective.loader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """The protocol of the objective of one model."""
        return self.objective.training_protocol(protocol)

    def begin_epoch(self, epoch: int) -> None:
        """Pass the epoch on."""
        self.objective.begin_epoch(epoch)

    def forward(self, model: Ensemble, batch: Batch) -> dict[str, Tensor]:
        """The sums of ``loss`` and its terms over the models."""
        terms = [self.objective(one, batch) for one in model.models]
        return {name: sum((one[name] for one in terms[1:]), terms[0][name]) for name in terms[0]}
