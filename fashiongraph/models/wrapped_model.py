"""Any callable as a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.outfit_model import OutfitModel

Scorer = Callable[[Batch], Tensor]
"""A model or any other callable that maps a batch of B outfits to scores [B]."""


class WrappedModel(OutfitModel):
    """A plain module or function with the interface of :class:`OutfitModel`.

    Args:
        scorer: Maps a batch to one score per outfit. A module is trained with the wrapper.
    """

    def __init__(self, scorer: Scorer) -> None:
        super().__init__()
        self.scorer = scorer
        self.graph = getattr(scorer, "graph", None)
        self.categories = getattr(scorer, "categories", [])

    @property
    def config(self) -> dict[str, Any]:
        """None: what is wrapped has no configuration."""
        return {}

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self.scorer(batch)

    def save(self, path: str | Path) -> None:
        """Refuse: a checkpoint needs a class that can be found and configured.

        Raises:
            FashionGraphError: Always.
        """
        raise FashionGraphError(
            f"a checkpoint needs a subclass of OutfitModel (got {_name(self.scorer)})"
        )

    def extra_repr(self) -> str:
        """Name of a wrapped function; a module is shown below."""
        return "" if isinstance(self.scorer, torch.nn.Module) else _name(self.scorer)


def as_outfit_model(model: Scorer) -> OutfitModel:
    """A model as it is, and anything else that scores batches wrapped.

    Args:
        model: An :class:`OutfitModel`, a plain module, or a function.

    Raises:
        FashionGraphError: If it cannot be called.
    """
    if isinstance(model, OutfitModel):
        return model
    if not callable(model):
        raise FashionGraphError(
            f"'model' needs to map a batch to one score per outfit (got {model!r})"
        )
    return WrappedModel(model)


def _name(scorer: Any) -> str:
    return str(getattr(scorer, "__name__", type(scorer).__name__))
