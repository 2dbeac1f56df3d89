"""The attribute-wise bilinear score of an outfit (eq. A7 and A8)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import scatter


class AttributeBilinearScorer(torch.nn.Module):
    r"""Scores every ordered pair of items per attribute, and an outfit by their mean.

    .. math::
        P(i, j) &= \sum_k \mathbf{h}_{ik}^{\top} \mathbf{W}_k \mathbf{h}_{jk}

        y &= \frac{1}{n (n - 1)} \sum_{i \neq j} P(i, j)

    The sum over pairs factorises, so that the score is linear in the number of items:

    .. math::
        \sum_{i \neq j} \mathbf{h}_i^{\top} \mathbf{W} \mathbf{h}_j =
        \Big(\sum_i \mathbf{h}_i\Big)^{\!\top} \mathbf{W} \Big(\sum_j \mathbf{h}_j\Big)
        - \sum_i \mathbf{h}_i^{\top} \mathbf{W} \mathbf{h}_i

    An outfit of one item has no pair and scores 0.

    Args:
        channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.

    Shapes:
        - **input:** states :math:`(N, K, H)`; outfit of each item :math:`(N)`
        - **output:** scores :math:`(B)`

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 7 and 8.
    """

    def __init__(self, channels: int, num_attributes: int) -> None:
        super().__init__()
        if channels < 1 or num_attributes < 1:
            raise ValueError(
                f"'channels' and 'num_attributes' need to be positive integers "
                f"(got {channels} and {num_attributes})"
            )
        self.channels = channels
        self.num_attributes = num_attributes
        self.weight = torch.nn.Parameter(torch.empty(num_attributes, channels, channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start from the inner product, with noise that tells the attributes apart."""
        torch.nn.init.normal_(self.weight, std=0.1 * self.channels**-0.5)
        with torch.no_grad():
            self.weight += torch.eye(self.channels)

    def bilinear(self, left: Tensor, right: Tensor) -> Tensor:
        """Score rows against rows per attribute: two of [M, K, H] to [M, K]."""
        transformed = torch.matmul(left.transpose(0, 1), self.weight)  # one product per attribute
        return (transformed.transpose(0, 1) * right).sum(dim=-1)

    def forward(self, x: Tensor, batch: Tensor, batch_size: int | None = None) -> Tensor:
        """Score the outfits of a batch.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item [N].
            batch_size: Number of outfits; by default the highest entry of ``batch`` plus one.
        """
        if batch_size is None:
            batch_size = int(batch.max()) + 1 if batch.numel() else 0
        total = scatter(x, batch, dim_size=batch_size)
        own = scatter(self.bilinear(x, x).sum(dim=-1), batch, dim_size=batch_size)
        size = scatter(torch.ones_like(x[:, 0, 0]), batch, dim_size=batch_size)
        score: Tensor = self.bilinear(total, total).sum(dim=-1) - own
        # Of one item, total and own agree up to rounding: an exact zero is meant.
        return torch.where(size > 1, score / (size * (size - 1)).clamp(min=1), 0.0)

    def pair_scores(self, x: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Score every ordered pair of items of the same outfit, attribute by attribute.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in ascending order [N].

        Returns:
            The pairs (i, j) [2, P] and their parts [P, K]. The parts of a pair add up to its
            score; the scores of an outfit's pairs average to the score of the outfit.
        """
        size = torch.bincount(batch)[batch]
        first = torch.searchsorted(batch, batch)  # where the item's outfit starts
        left = torch.repeat_interleave(torch.arange(len(batch), device=batch.device), size)
        place = size.cumsum(0) - size
        right = torch.arange(left.numel(), device=batch.device) - (place - first)[left]
        pairs = torch.stack([left, right])[:, left != right]
        return pairs, self.bilinear(x[pairs[0]], x[pairs[1]])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_attributes={self.num_attributes})"
