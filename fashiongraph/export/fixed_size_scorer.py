"""The score of outfits that all hold the same number of items."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.nn import AttributeBilinearScorer


class FixedSizeScorer(torch.nn.Module):
    """An :class:`~fashiongraph.nn.AttributeBilinearScorer` over dense blocks of n items.

    It gives the same scores, but needs no index of outfits, so that it exports to a program of a
    few matrix products.

    Args:
        scorer: The scorer.
        num_items: Number of items of each outfit, n.

    Shapes:
        - **input:** states :math:`(B, n, K, H)`
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``num_items`` is below 2: an outfit of one item has nothing to score.
    """

    def __init__(self, scorer: AttributeBilinearScorer, num_items: int) -> None:
        super().__init__()
        if num_items < 2:
            raise FashionGraphError(f"'num_items' needs to be at least 2 (got {num_items})")
        self.num_items = num_items
        self.scorer = scorer

    def forward(self, states: Tensor) -> Tensor:
        """Score outfits."""
        wide = states.to(torch.promote_types(states.dtype, torch.float32))
        others = wide.sum(dim=1, keepdim=True) - wide
        parts = self.scorer.bilinear(states.flatten(0, 1), others.flatten(0, 1))
        total = parts.sum(dim=-1).view(-1, self.num_items).sum(dim=-1)
        return total / (self.num_items * (self.num_items - 1))

    def item_scores(self, states: Tensor) -> Tensor:
        """Score how each item goes with the rest of its outfit [B, n]."""
        wide = states.to(torch.promote_types(states.dtype, torch.float32))
        others = wide.sum(dim=1, keepdim=True) - wide
        both = self.scorer.weight + self.scorer.weight.mT  # of both orders
        transformed = torch.matmul(states.flatten(0, 1).transpose(0, 1), both).transpose(0, 1)
        parts = (transformed * others.flatten(0, 1)).sum(dim=(1, 2))
        return parts.view(-1, self.num_items) / (2 * (self.num_items - 1))

    def example(self) -> dict[str, Tensor]:
        """The inputs by name, of two outfits."""
        sizes = (self.scorer.num_attributes, self.scorer.channels)
        dtype = self.scorer.weight.dtype
        return {"states": torch.zeros(2, self.num_items, *sizes, dtype=dtype)}
