"""Objective of an ensemble."""

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

    With the sum rather than the mean, the gradient of each model equals that of the model alone.
    The mean score of the models has no loss.

    Args:
        objective: Objective of one model. Its parameters, such as the scale of a pointwise term,
            are shared by all models.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import Ensemble, Siamese
        >>> from fashiongraph.objectives import RankingObjective
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = EnsembleObjective(RankingObjective())
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(Ensemble.of(Siamese(98), 2), next(iter(loader))))
        ['loss']
    """

    min_negatives = 0

    def __init__(self, objective: Objective[Any]) -> None:
        super().__init__(objective.num_negatives)
        self.objective = objective

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """Training batches of the objective of one model."""
        return self.objective.loader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """Protocol of the objective of one model."""
        return self.objective.training_protocol(protocol)

    def begin_epoch(self, epoch: int) -> None:
        """Prepare the objective of one model for an epoch."""
        self.objective.begin_epoch(epoch)

    def forward(self, model: Ensemble, batch: Batch) -> dict[str, Tensor]:
        """Sums of ``loss`` and its terms over the models."""
        terms = [self.objective(one, batch) for one in model.models]
        return {name: sum((one[name] for one in terms[1:]), terms[0][name]) for name in terms[0]}
