"""Length of the difference of embeddings."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.distance import Distance


class EuclideanDistance(Distance):
    r"""The Euclidean distance :math:`\lVert \mathbf{x} - \mathbf{y} \rVert_2`.

    Args:
        normalize_embeddings: Scale every embedding to length 1 first.
    """

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m]."""
        # The expanded form |x|² + |y|² - 2xy loses half of the digits where rows are close, and
        # close rows are what mining is about.
        return torch.cdist(query, ref, compute_mode="donot_use_mm_for_euclid_dist")

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n]."""
        apart: Tensor = torch.linalg.vector_norm(query - ref, dim=-1)
        return apart
