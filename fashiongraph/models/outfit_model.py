"""What every model of the library is: a batch of outfits in, one score per outfit out."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.models.objective import Objective


class OutfitModel(torch.nn.Module):
    """Base of all models. Higher scores mean better outfits.

    A model reads nothing but its batch. It remembers, for whoever makes batches for it later, the
    category graph and the vocabulary that it was trained with; :func:`fashiongraph.training.fit`
    sets both.

    A subclass keeps each constructor argument in an attribute of the same name: that is how a
    checkpoint knows the settings.
    """

    registry: ClassVar[dict[str, type[OutfitModel]]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.graph: Data | None = None
        self.categories: list[str] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        OutfitModel.registry[cls.__name__] = cls

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to score a batch")

    def objective(self) -> Objective:
        """The objective that the library trains this model with unless told otherwise."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it is trained")

    def extra_repr(self) -> str:
        """The settings."""
        return ", ".join(f"{name}={value}" for name, value in self.settings.items())
