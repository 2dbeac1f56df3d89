"""Adapter of modules and functions to the model interface."""

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
    """Adapter of a plain module or function to the interface of :class:`OutfitModel`.

    Args:
        scorer: Maps a batch to one score per outfit. The parameters of a module are those of the
            adapter, so that it can be trained.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = WrappedModel(lambda batch: batch.ptr.diff().float())
        >>> model(OutfitBatcher(outfits.items)(outfits))[:3]
        tensor([5., 3., 5.])
    """

    def __init__(self, scorer: Scorer) -> None:
        super().__init__()
        self.scorer = scorer
        self.graph = getattr(scorer, "graph", None)
        self.categories = getattr(scorer, "categories", [])

    @property
    def config(self) -> dict[str, Any]:
        """Empty: a plain module or function has no configuration."""
        return {}

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self.scorer(batch)

    def save(self, path: str | Path) -> None:
        """Not supported: a checkpoint needs a registered class with a configuration.

        Raises:
            FashionGraphError: Always.
        """
        raise FashionGraphError(
            f"a checkpoint needs a subclass of OutfitModel (got {_name(self.scorer)})"
        )

    def extra_repr(self) -> str:
        """Name of the function; a module is shown as a child."""
        return "" if isinstance(self.scorer, torch.nn.Module) else _name(self.scorer)


def as_outfit_model(model: Scorer) -> OutfitModel:
    """Wrap a plain module or function as a model; return a model unchanged.

    Args:
        model: An :class:`OutfitModel`, a plain module, or a function.

    Raises:
        FashionGraphError: If ``model`` is not callable.

    Example:
        >>> as_outfit_model(lambda batch: batch.ptr.diff())
        WrappedModel(<lambda>)
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
