"""A trained model with its training history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from fashiongraph.models import OutfitModel

ModelT = TypeVar("ModelT", bound=OutfitModel)


@dataclass(frozen=True, eq=False)
class Trained(Generic[ModelT]):
    """A trained model with its name and training history.

    Args:
        name: Name in tables and plots.
        folder: Name of the checkpoint folder.
        model: The model with the weights of its best validation epoch.
        history: Result of :func:`fashiongraph.training.fit`, one row per epoch, from 1.
        num_outfits: Number of training outfits, or of training pairs of a teacher.
    """

    name: str
    folder: str
    model: ModelT
    history: pd.DataFrame
    num_outfits: int

    @property
    def best_epoch(self) -> int:
        """The epoch, from 1, with the best validation score, whose weights the model has."""
        return int(self.history["valid/score"].argmax()) + 1

    @property
    def best(self) -> dict[str, float]:
        """Losses and validation scores of the best epoch."""
        row = self.history.iloc[self.best_epoch - 1]
        return {str(name): float(value) for name, value in row.items()}
