"""Learned combination of an affine Mahalanobis distance and an inner product."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.distance import Distance
from fashiongraph.nn.functional import at_least_float32


class AffineSimilarity(Distance):
    r"""Generalised similarity of an affine Mahalanobis distance and an inner product.

    .. math::
        S(\mathbf{x}, \mathbf{y}) = \lVert \mathbf{L}_A \mathbf{x} \rVert^2
        + \lVert \mathbf{L}_A \mathbf{y} \rVert^2
        - 2 (\mathbf{L}_C \mathbf{x})^\top (\mathbf{L}_C \mathbf{y})
        + 2 \mathbf{d}^\top (\mathbf{x} + \mathbf{y}) + f

    It is smaller for closer embeddings. The paper matches two domains (such as faces in
    photographs and in videos), each with matrices and vectors of its own. Items of an outfit are of
    one domain, so both sides share their parameters here and S is symmetric. The initial
    parameters give the squared Euclidean distance.

    Args:
        channels: Size of the embeddings, D.
        normalize_embeddings: Scale every embedding to length 1 first.

    Raises:
        ValueError: If ``channels`` is not positive.

    Source: Lin, Wang, Zuo, Feng, Zhang, `"Cross-domain visual matching via generalized similarity
    measure and feature learning" <https://arxiv.org/abs/1605.04039>`_ (TPAMI 2016).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AffineSimilarity
        >>> distance = AffineSimilarity(channels=2)
        >>> distance(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])).detach()
        tensor([[0., 2.]])
    """

    def __init__(self, channels: int, normalize_embeddings: bool = True) -> None:
        super().__init__(normalize_embeddings)
        if channels < 1:
            raise ValueError(f"'channels' needs to be a positive integer (got {channels})")
        self.channels = channels
        self.mahalanobis = torch.nn.Parameter(torch.empty(channels, channels))
        self.inner = torch.nn.Parameter(torch.empty(channels, channels))
        self.linear = torch.nn.Parameter(torch.empty(channels))
        self.bias = torch.nn.Parameter(torch.empty(()))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reset to the squared Euclidean distance."""
        torch.nn.init.eye_(self.mahalanobis)
        torch.nn.init.eye_(self.inner)
        torch.nn.init.zeros_(self.linear)
        torch.nn.init.zeros_(self.bias)

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m]."""
        weight = at_least_float32(self.inner).T
        inner = (query @ weight) @ (ref @ weight).T
        unary = self._unary(query).unsqueeze(1) + self._unary(ref)
        return unary - 2 * inner + self.bias

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n]."""
        weight = at_least_float32(self.inner).T
        inner = ((query @ weight) * (ref @ weight)).sum(dim=-1)
        return self._unary(query) + self._unary(ref) - 2 * inner + self.bias

    def _unary(self, x: Tensor) -> Tensor:
        """Terms that depend on one side only [n]."""
        size = (x @ at_least_float32(self.mahalanobis).T).square().sum(dim=-1)
        return size + 2 * (x @ at_least_float32(self.linear))

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.channels}, {super().extra_repr()}"
