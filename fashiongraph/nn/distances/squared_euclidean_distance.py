"""Squared length of the difference of embeddings."""

from __future__ import annotations

from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance


class SquaredEuclideanDistance(EuclideanDistance):
    r"""The squared Euclidean distance :math:`\lVert \mathbf{x} - \mathbf{y} \rVert_2^2`.

    Args:
        normalize_embeddings: Scale every embedding to length 1 first; the distance is then twice
            what the cosine lacks to 1.
    """

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Squared distances [n, m]."""
        return super().between_all(query, ref).square()

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Squared distances [n]."""
        return (query - ref).square().sum(dim=-1)
