"""The mean cosine over pairs of items."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import degree, scatter

from fashiongraph.nn.at_least_float32 import at_least_float32
from fashiongraph.nn.checked_size import checked_size
from fashiongraph.nn.unit import unit


class CosineScorer(torch.nn.Module):
    r"""Scores an outfit by the mean cosine of its pairs of items.

    .. math::
        y = \frac{1}{n (n - 1)} \sum_{i \neq j} \mathbf{u}_i^{\top} \mathbf{u}_j,
        \qquad \mathbf{u}_i = \frac{\mathbf{h}_i}{\lVert \mathbf{h}_i \rVert_2}

    The sum over pairs factorises, so that the score is linear in the number of items. An outfit of
    one item has no pair and scores 0; a state of length 0 has a cosine of 0 with any other.

    Shapes:
        - **input:** states :math:`(N, H)`; outfit of each item :math:`(N)`
        - **output:** scores :math:`(B)`, in float32 for narrower states, because scores rounded
          to bfloat16 would tie
    """

    def forward(self, x: Tensor, batch: Tensor, batch_size: int | None = None) -> Tensor:
        """Score the outfits of a batch.

        Args:
            x: States [N, H].
            batch: Outfit of each item, in any order [N].
            batch_size: Number of outfits; by default the highest entry of ``batch`` plus one,
                which has to be read back from the device.

        Raises:
            ValueError: If states have another shape, or there is not one outfit for each.
        """
        if x.dim() != 2:
            raise ValueError(f"'x' needs states [N, H] (got the shape {tuple(x.shape)})")
        batch_size = checked_size(x, batch, batch_size)
        u = unit(at_least_float32(x))
        total = scatter(u, batch, dim_size=batch_size)
        others = total.index_select(0, batch) - u  # exactly zero for an item on its own
        total_score = scatter((u * others).sum(dim=-1), batch, dim_size=batch_size)
        size = degree(batch, batch_size, dtype=torch.long)
        score: Tensor = total_score / (size * (size - 1)).clamp(min=1)
        return score
