"""Objective with decorrelated attributes."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.training_loader import TrainingLoader
from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.nn import AttributeDecorrelationLoss
from fashiongraph.objectives.objective import Objective


class DecorrelationObjective(Objective[ADDGNN]):
    r"""Another objective of ADD-GNN, plus the decorrelation of its attributes.

    .. math::
        L = L_{\text{objective}} + \lambda L_{\text{decorrelation}}

    over the pairs of the real outfits of a batch, see
    :class:`~fashiongraph.nn.AttributeDecorrelationLoss`. Attributes that agree on every pair
    explain nothing; decorrelated ones separate pairs by different properties of the items.

    Args:
        objective: The other objective, on batches of real outfits and their corrupted outfits.
        lambda_decorrelation: Weight of the decorrelation, :math:`\lambda`.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.objectives import RankingObjective
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = DecorrelationObjective(RankingObjective())
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(ADDGNN(98, hidden_channels=8), next(iter(loader))))
        ['decorrelation', 'loss', 'ranking']
    """

    def __init__(self, objective: Objective[Any], lambda_decorrelation: float = 0.3) -> None:
        super().__init__(objective.num_negatives)
        self.objective = objective
        self.lambda_decorrelation = lambda_decorrelation
        self.decorrelation = AttributeDecorrelationLoss()

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """Training batches of the other objective."""
        return self.objective.loader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """Protocol of the other objective."""
        return self.objective.training_protocol(protocol)

    def begin_epoch(self, epoch: int) -> None:
        """Prepare the other objective for an epoch."""
        self.objective.begin_epoch(epoch)

    def forward(self, model: ADDGNN, batch: Batch) -> dict[str, Tensor]:
        """Compute the terms of the other objective and the decorrelation."""
        terms = self.objective(model, batch)
        h = model.node_states(batch)
        source, target = batch.edge_index
        real = batch.batch[target] % (1 + self.num_negatives) == 0
        pairs = model.scorer.bilinear(h[target[real]], h[source[real]])
        found = self.decorrelation(pairs)
        total = terms["loss"] + self.lambda_decorrelation * found
        return {"ranking": terms["loss"], **terms, "loss": total, "decorrelation": found}

    def extra_repr(self) -> str:
        """Number of negatives and weight of the decorrelation."""
        return f"{super().extra_repr()}, lambda_decorrelation={self.lambda_decorrelation}"
