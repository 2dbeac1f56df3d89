"""A trained model and how it got there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from fashiongraph.models import OutfitModel

ModelT = TypeVar("ModelT", bound=OutfitModel)


@dataclass(frozen=True, eq=False)
class Trained(Generic[ModelT]):
    """A model with its name and the curves of its training.

    Args:
        name: What tables and curves call it.
        folder: Name of its checkpoint's folder.
        model: The model with the weights of its best epoch on validation.
        history: What :func:`fashiongraph.training.fit` returned, one row per epoch.
        num_outfits: Number of training outfits, or of a teacher's training pairs.
    """

    name: str
    folder: str
    model: ModelT
    history: pd.DataFrame
    num_outfits: int

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights were kept."""
        return int(self.history["valid/score"].argmax())
