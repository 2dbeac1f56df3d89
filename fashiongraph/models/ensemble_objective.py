"""What the members of an ensemble are trained for."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.negatives.negative_sampler import NegativeSampler
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.training_loader import TrainingLoader
from fashiongraph.models.objective import Objective


class EnsembleObjective(Objective):
    r"""Each member for itself, on the same batches.

    .. math::
        L = \sum_m L_m

    A sum and no mean, so that each member gets the gradient it would get alone; nothing is asked
    of what they say together.

    Args:
        objective: What one member is trained for; what it learns itself, such as the scale of a
            pointwise term, the members share.
    """

    min_negatives = 0

    def __init__(self, objective: Objective) -> None:
        super().__init__(objective.num_negatives)
        self.objective = objective

    def loader(self, outfits: Outfits, sampler: NegativeSampler, **settings: Any) -> TrainingLoader:
        """The training batches that one member's objective asks for."""
        return self.objective.loader(outfits, sampler, **settings)

    def training_protocol(self, protocol: str) -> str:
        """The protocol that one member's objective asks for."""
        return self.objective.training_protocol(protocol)

    def begin_epoch(self, epoch: int) -> None:
        """Pass the epoch on."""
        self.objective.begin_epoch(epoch)

    def forward(self, model: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
        """The sums of ``loss`` and its parts over the members of an ensemble."""
        members = model.get_submodule("members").children()
        parts = [self.objective(member, batch) for member in members]
        return {name: sum((one[name] for one in parts[1:]), parts[0][name]) for name in parts[0]}
