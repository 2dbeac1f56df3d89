"""Euclidean distance of embeddings."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.distance import Distance


class EuclideanDistance(Distance):
    r"""Euclidean distance.

    .. math::
        d(\mathbf{x}, \mathbf{y}) = \lVert \mathbf{x} - \mathbf{y} \rVert_2

    Args:
        normalize_embeddings: Scale every embedding to length 1 first.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import EuclideanDistance
        >>> distance = EuclideanDistance(normalize_embeddings=False)
        >>> distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m]."""
        # The expanded form |x|² + |y|² - 2xy loses half of the digits where rows are close, which
        # are the rows that miners choose.
        return torch.cdist(query, ref, compute_mode="donot_use_mm_for_euclid_dist")

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n]."""
        length: Tensor = torch.linalg.vector_norm(query - ref, dim=-1)
        return length
