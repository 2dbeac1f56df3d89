"""What a model is trained for."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError


class Objective(torch.nn.Module):
    """Base of all objectives: the loss of a model on a training batch.

    A training batch holds, for each real outfit, the outfit itself followed by
    ``num_negatives`` editions in which one item is replaced by a stranger.

    Args:
        num_negatives: Corrupted editions per real outfit.

    Raises:
        FashionGraphError: If that is no positive number.
    """

    def __init__(self, num_negatives: int) -> None:
        super().__init__()
        if num_negatives < 1:
            raise FashionGraphError(
                f"'num_negatives' needs to be a positive integer (got {num_negatives})"
            )
        self.num_negatives = num_negatives

    def forward(self, model: torch.nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Compute ``loss``, the number to minimise, and whatever parts are worth logging."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its loss is")
