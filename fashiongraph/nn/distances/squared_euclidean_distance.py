"""Squared Euclidean distance of embeddings."""

from __future__ import annotations

from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance


class SquaredEuclideanDistance(EuclideanDistance):
    r"""Squared Euclidean distance.

    .. math::
        d(\mathbf{x}, \mathbf{y}) = \lVert \mathbf{x} - \mathbf{y} \rVert_2^2

    For embeddings of length 1 it is :math:`2 - 2 \cos(\mathbf{x}, \mathbf{y})`.

    Args:
        normalize_embeddings: Scale every embedding to length 1 first.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import SquaredEuclideanDistance
        >>> distance = SquaredEuclideanDistance(normalize_embeddings=False)
        >>> distance(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[25.,  1.]])
    """

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Squared distances [n, m]."""
        return super().between_all(query, ref).square()

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Squared distances [n]."""
        return (query - ref).square().sum(dim=-1)
