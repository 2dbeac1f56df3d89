"""Cosine of the angle between embeddings."""

from __future__ import annotations

from torch import Tensor

from fashiongraph.nn.distances.distance import Distance


class CosineSimilarity(Distance):
    r"""The cosine, which is larger for closer embeddings.

    .. math::
        d(\mathbf{x}, \mathbf{y}) =
        \frac{\mathbf{x}^\top \mathbf{y}}{\lVert\mathbf{x}\rVert \lVert\mathbf{y}\rVert}

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning", eq. 3.
    """

    is_inverted = True

    def __init__(self) -> None:
        super().__init__(normalize_embeddings=True)

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Cosines [n, m]."""
        return query @ ref.T

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Cosines [n]."""
        return (query * ref).sum(dim=-1)

    def extra_repr(self) -> str:
        """Nothing can be set."""
        return ""
