"""The attribute-wise bilinear score of an outfit (eq. A7 and A8)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import degree, scatter

from fashiongraph.nn.functional import at_least_float32, checked_batch
from fashiongraph.nn.matmul import row_product


class AttributeBilinearScorer(torch.nn.Module):
    r"""Scores every ordered pair of items per attribute, and an outfit by their mean.

    .. math::
        P(i, j) &= \sum_k \mathbf{h}_{ik}^{\top} \mathbf{W}_k \mathbf{h}_{jk}

        y &= \frac{1}{n (n - 1)} \sum_{i \neq j} P(i, j)

    The sum over pairs factorises, so that the score is linear in the number of items:

    .. math::
        \sum_{i \neq j} \mathbf{h}_i^{\top} \mathbf{W} \mathbf{h}_j =
        \sum_i \mathbf{h}_i^{\top} \mathbf{W} (\mathbf{s} - \mathbf{h}_i),
        \qquad \mathbf{s} = \sum_j \mathbf{h}_j

    An outfit of one item has no pair and scores 0.

    Args:
        channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.

    Shapes:
        - **input:** states :math:`(N, K, H)`; outfit of each item :math:`(N)`
        - **output:** scores :math:`(B)`, in float32 for narrower states, because scores rounded
          to bfloat16 would tie

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
        """Start from the mean product of states, with noise that tells the attributes apart.

        A mean instead of a sum keeps first scores near one whatever the size of the states.
        """
        torch.nn.init.normal_(self.weight, std=0.1 * self.channels**-0.5)
        with torch.no_grad():
            self.weight.diagonal(dim1=-2, dim2=-1).add_(1.0)
            self.weight.div_(self.channels)

    def bilinear(self, left: Tensor, right: Tensor) -> Tensor:
        """Score rows against rows per attribute: two of [M, K, H] to [M, K]."""
        transformed = row_product(left, self.weight.mT)
        return (transformed * at_least_float32(right)).sum(dim=-1)

    def forward(
        self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        """Score the outfits of a batch.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in any order [N]; by default all are of one outfit.
            batch_size: Number of outfits; by default the highest entry of ``batch`` plus one,
                which has to be read back from the device.

        Raises:
            ValueError: If states have another shape, or there is not one outfit for each.
        """
        batch, batch_size = self._checked_batch(x, batch, batch_size)
        wide = at_least_float32(x)
        total = scatter(wide, batch, dim_size=batch_size)
        others = total.index_select(0, batch).sub_(wide)  # exactly zero for an item on its own
        total_score = scatter(self.bilinear(x, others).sum(dim=-1), batch, dim_size=batch_size)
        size = degree(batch, batch_size, dtype=torch.long)
        score: Tensor = total_score / (size * (size - 1)).clamp(min=1)
        return score

    def item_scores(
        self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        r"""Score how each item goes with the rest of its outfit [N].

        .. math::
            f_i = \frac{1}{2 (n - 1)} \sum_{j \neq i} \big[ P(i, j) + P(j, i) \big]

        The mean over an outfit's items is the outfit's score. An item on its own scores 0.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in any order [N].
            batch_size: As for :meth:`forward`.

        Raises:
            ValueError: As :meth:`forward`.
        """
        batch, batch_size = self._checked_batch(x, batch, batch_size)
        wide = at_least_float32(x)
        others = scatter(wide, batch, dim_size=batch_size).index_select(0, batch).sub_(wide)
        both = self.weight + self.weight.mT  # of both orders
        transformed = row_product(x, both)
        size = degree(batch, batch_size, dtype=torch.long).index_select(0, batch)
        score: Tensor = (transformed * others).sum(dim=(1, 2)) / (2 * (size - 1)).clamp(min=1)
        return score

    def pair_scores(self, x: Tensor, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Score every ordered pair of items of the same outfit, attribute by attribute.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in any order [N].

        Returns:
            The pairs (i, j) [2, P], outfit by outfit, and their parts [P, K]. The parts of a pair
            add up to its score; the scores of an outfit's pairs average to the score of the outfit.

        Raises:
            ValueError: As :meth:`forward`.
        """
        batch, _ = self._checked_batch(x, batch, 0)
        order = batch.argsort(stable=True)
        outfit = batch[order]
        first = torch.searchsorted(outfit, outfit)  # where the item's outfit starts
        size = torch.searchsorted(outfit, outfit, right=True) - first
        left = torch.repeat_interleave(size)
        right = torch.arange(left.numel(), device=left.device)
        right = right - (size.cumsum(0) - size - first)[left]
        pairs = order[torch.stack([left, right])[:, left != right]]
        return pairs, self.bilinear(x[pairs[0]], x[pairs[1]])

    def query(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""The score of an outfit with one more item, as a linear function of the item's state.

        If the states of the outfit's :math:`n` items do not depend on the new item :math:`c`, then

        .. math::
            y(o \cup \{c\}) = \frac{n - 1}{n + 1}\, y(o) + \sum_k \mathbf{h}_{ck}^{\top}
            \mathbf{q}_k, \qquad
            \mathbf{q}_k = \frac{(\mathbf{W}_k + \mathbf{W}_k^{\top}) \sum_i \mathbf{h}_{ik}}
            {n (n + 1)}

        so that the best completions of a catalogue are an exact maximum-inner-product search.

        Args:
            x: States of the outfit's items [n, K, H], at least one.

        Returns:
            The query :math:`\mathbf{q}` [K, H] and the constant :math:`\frac{n-1}{n+1} y(o)`.
        """
        n = len(x)
        both = self.weight + self.weight.mT
        query = torch.einsum("khl,kl->kh", both, x.sum(dim=0)) / (n * (n + 1))
        batch = torch.zeros(n, dtype=torch.long, device=x.device)
        constant: Tensor = self(x, batch, 1)[0] * (n - 1) / (n + 1)
        return query, constant

    def _checked_batch(
        self, x: Tensor, batch: Tensor | None, batch_size: int | None
    ) -> tuple[Tensor, int]:
        if x.shape[1:] != (self.num_attributes, self.channels):  # one attribute would pass for all
            raise ValueError(
                f"'x' needs states [N, {self.num_attributes}, {self.channels}] "
                f"(got the shape {tuple(x.shape)})"
            )
        return checked_batch(x, batch, batch_size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_attributes={self.num_attributes})"
