"""Attribute-wise bilinear scorer (eq. A7 and A8)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import degree, scatter

from fashiongraph.nn.functional import at_least_float32, checked_batch
from fashiongraph.nn.matmul import row_product


class AttributeBilinearScorer(torch.nn.Module):
    r"""Mean attribute-wise bilinear score of all ordered pairs of items of an outfit.

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

    Raises:
        ValueError: If a size is not positive.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 7 and 8.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AttributeBilinearScorer
        >>> scorer = AttributeBilinearScorer(channels=8, num_attributes=4)
        >>> h = torch.randn(5, 4, 8)  # outfits of 2 and 3 items
        >>> scorer(h, batch=torch.tensor([0, 0, 1, 1, 1])).shape
        torch.Size([2])
        >>> scorer(h).shape  # one outfit
        torch.Size([1])
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
        """Reset to scaled identity matrices with noise, which makes the attributes differ.

        Division by H keeps initial scores near one for states of any size.
        """
        torch.nn.init.normal_(self.weight, std=0.1 * self.channels**-0.5)
        with torch.no_grad():
            self.weight.diagonal(dim1=-2, dim2=-1).add_(1.0)
            self.weight.div_(self.channels)

    def bilinear(self, left: Tensor, right: Tensor) -> Tensor:
        """Bilinear scores of rows against rows per attribute [M, K].

        Args:
            left: States [M, K, H].
            right: States [M, K, H].
        """
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
            ValueError: If states have another shape, or ``batch`` has not one entry for each.
        """
        batch, batch_size = self._checked_batch(x, batch, batch_size)
        wide = at_least_float32(x)
        total = scatter(wide, batch, dim_size=batch_size)
        others = total.index_select(0, batch).sub_(wide)  # exactly zero for a single item
        total_score = scatter(self.bilinear(x, others).sum(dim=-1), batch, dim_size=batch_size)
        size = degree(batch, batch_size, dtype=torch.long)
        score: Tensor = total_score / (size * (size - 1)).clamp(min=1)
        return score

    def item_scores(
        self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        r"""Compatibility of each item with the rest of its outfit [N].

        .. math::
            f_i = \frac{1}{2 (n - 1)} \sum_{j \neq i} \bigl[ P(i, j) + P(j, i) \bigr]

        The mean over an outfit's items is the outfit's score. The only item of an outfit scores 0.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in any order [N]; by default all are of one outfit.
            batch_size: As for :meth:`forward`.

        Raises:
            ValueError: As :meth:`forward`.
        """
        batch, batch_size = self._checked_batch(x, batch, batch_size)
        wide = at_least_float32(x)
        others = scatter(wide, batch, dim_size=batch_size).index_select(0, batch).sub_(wide)
        symmetric = self.weight + self.weight.mT  # both orders of a pair
        transformed = row_product(x, symmetric)
        size = degree(batch, batch_size, dtype=torch.long).index_select(0, batch)
        score: Tensor = (transformed * others).sum(dim=(1, 2)) / (2 * (size - 1)).clamp(min=1)
        return score

    def pair_scores(self, x: Tensor, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Score every ordered pair of items of the same outfit, attribute by attribute.

        Args:
            x: States [N, K, H].
            batch: Outfit of each item, in any order [N]; by default all are of one outfit.

        Returns:
            The pairs (i, j) [2, P], outfit by outfit, and their terms [P, K]. The score of a pair
            is the sum of its terms; the score of an outfit is the mean over its pairs.

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
        r"""Score of an outfit with one more item, as a linear function of the item's state.

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

        Raises:
            ValueError: If states have another shape, or the outfit is empty.

        Example:
            >>> import torch
            >>> from fashiongraph.nn import AttributeBilinearScorer
            >>> scorer = AttributeBilinearScorer(channels=8, num_attributes=4)
            >>> outfit, catalogue = torch.randn(3, 4, 8), torch.randn(100, 4, 8)
            >>> query, constant = scorer.query(outfit)
            >>> score = (catalogue * query).sum(dim=(1, 2)) + constant  # of 100 completed outfits
            >>> torch.allclose(score[7], scorer(torch.cat([outfit, catalogue[7:8]])), atol=1e-5)
            True
        """
        n = len(x)
        if n == 0:
            raise ValueError("'x' needs at least one item (got none)")
        constant: Tensor = self(x)[0] * (n - 1) / (n + 1)
        symmetric = at_least_float32(self.weight + self.weight.mT)
        total = at_least_float32(x).sum(dim=0)
        query = torch.einsum("khl,kl->kh", symmetric, total) / (n * (n + 1))
        return query, constant

    def _checked_batch(
        self, x: Tensor, batch: Tensor | None, batch_size: int | None
    ) -> tuple[Tensor, int]:
        # Broadcasting would accept states of one attribute.
        if x.dim() != 3 or x.shape[1:] != (self.num_attributes, self.channels):
            raise ValueError(
                f"'x' needs states [N, {self.num_attributes}, {self.channels}] "
                f"(got the shape {tuple(x.shape)})"
            )
        return checked_batch(x, batch, batch_size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_attributes={self.num_attributes})"
