"""Cosine similarity of embeddings."""

from __future__ import annotations

from torch import Tensor

from fashiongraph.nn.distances.distance import Distance


class CosineSimilarity(Distance):
    r"""Cosine similarity, which is larger for closer embeddings.

    .. math::
        d(\mathbf{x}, \mathbf{y}) =
        \frac{\mathbf{x}^\top \mathbf{y}}{\lVert\mathbf{x}\rVert \lVert\mathbf{y}\rVert}

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018), eq. 3.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import CosineSimilarity
        >>> CosineSimilarity()(torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        tensor([[0.6000, 0.8000]])
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
        """Empty, since there are no settings."""
        return ""
