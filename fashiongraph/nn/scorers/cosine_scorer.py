"""Mean pairwise cosine scorer."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import degree, scatter

from fashiongraph.nn.functional import at_least_float32, checked_batch, l2_normalize


class CosineScorer(torch.nn.Module):
    r"""Mean cosine of all pairs of items of an outfit.

    .. math::
        y = \frac{1}{n (n - 1)} \sum_{i \neq j} \mathbf{u}_i^{\top} \mathbf{u}_j,
        \qquad \mathbf{u}_i = \frac{\mathbf{h}_i}{\lVert \mathbf{h}_i \rVert_2}

    The sum over pairs factorises, so that the score is linear in the number of items. An outfit of
    one item has no pair and scores 0; a state of length 0 has a cosine of 0 with any other.

    Shapes:
        - **input:** states :math:`(N, H)`; outfit of each item :math:`(N)`
        - **output:** scores :math:`(B)`, in float32 for narrower states, because scores rounded
          to bfloat16 would tie

    Example:
        >>> import torch
        >>> from fashiongraph.nn import CosineScorer
        >>> h = torch.tensor([[1.0, 0.0], [3.0, 4.0], [0.0, 1.0]])
        >>> CosineScorer()(h, batch=torch.tensor([0, 0, 1]))
        tensor([0.6000, 0.0000])
        >>> CosineScorer().item_scores(h)  # one outfit
        tensor([0.3000, 0.7000, 0.4000])
    """

    def forward(
        self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        """Score the outfits of a batch.

        Args:
            x: States [N, H].
            batch: Outfit of each item, in any order [N]; by default all are of one outfit.
            batch_size: Number of outfits; by default the highest entry of ``batch`` plus one,
                which has to be read back from the device.

        Raises:
            ValueError: If states have another shape, or ``batch`` has not one entry for each.
        """
        cosine, batch, batch_size = self._cosines(x, batch, batch_size)
        total: Tensor = scatter(cosine, batch, dim_size=batch_size)
        size = degree(batch, batch_size, dtype=torch.long)
        score: Tensor = total / (size * (size - 1)).clamp(min=1)
        return score

    def item_scores(
        self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None
    ) -> Tensor:
        r"""Mean cosine of each item and the other items of its outfit [N].

        .. math::
            f_i = \frac{1}{n - 1} \sum_{j \neq i} \mathbf{u}_i^{\top} \mathbf{u}_j

        Args:
            x: States [N, H].
            batch: As for :meth:`forward`.
            batch_size: As for :meth:`forward`.

        Raises:
            ValueError: As :meth:`forward`.
        """
        cosine, batch, batch_size = self._cosines(x, batch, batch_size)
        size = degree(batch, batch_size, dtype=torch.long).index_select(0, batch)
        score: Tensor = cosine / (size - 1).clamp(min=1)
        return score

    def query(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Score of an outfit with one more item, as a linear function of the item's unit vector.

        .. math::
            y(o \cup \{c\}) = \frac{n - 1}{n + 1}\, y(o) + \mathbf{u}_c^{\top} \mathbf{q},
            \qquad \mathbf{q} = \frac{2}{n (n + 1)} \sum_i \mathbf{u}_i

        Args:
            x: States of the outfit's items [n, H], at least one.

        Returns:
            The query :math:`\mathbf{q}` [H] and the constant :math:`\frac{n-1}{n+1} y(o)`.

        Raises:
            ValueError: If states have another shape, or the outfit is empty.

        Example:
            >>> import torch
            >>> from fashiongraph.nn import CosineScorer
            >>> query, constant = CosineScorer().query(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
            >>> new = torch.tensor([0.6, 0.8])
            >>> new @ query + constant  # (0 + 0.6 + 0.8) / 3
            tensor(0.4667)
        """
        n = len(x)
        if n == 0:
            raise ValueError("'x' needs at least one item (got none)")
        constant = self(x)[0] * (n - 1) / (n + 1)
        query = 2 * l2_normalize(at_least_float32(x)).sum(dim=0) / (n * (n + 1))
        return query, constant

    def _cosines(
        self, x: Tensor, batch: Tensor | None, batch_size: int | None
    ) -> tuple[Tensor, Tensor, int]:
        """Sum of the cosines of each item and the other items of its outfit [N]."""
        if x.dim() != 2:
            raise ValueError(f"'x' needs states [N, H] (got the shape {tuple(x.shape)})")
        batch, batch_size = checked_batch(x, batch, batch_size)
        u = l2_normalize(at_least_float32(x))
        total = scatter(u, batch, dim_size=batch_size)
        others = total.index_select(0, batch) - u  # exactly zero for a single item
        return (u * others).sum(dim=-1), batch, batch_size
