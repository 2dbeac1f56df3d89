"""A learned distance: affine Mahalanobis distance and inner product in one."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.distances.distance import Distance
from fashiongraph.nn.functional import at_least_float32


class AffineSimilarity(Distance):
    r"""The generalised similarity, which is smaller for closer embeddings.

    .. math::
        S(\mathbf{x}, \mathbf{y}) = \lVert \mathbf{L}_A \mathbf{x} \rVert^2
        + \lVert \mathbf{L}_A \mathbf{y} \rVert^2
        - 2 (\mathbf{L}_C \mathbf{x})^\top (\mathbf{L}_C \mathbf{y})
        + 2 \mathbf{d}^\top (\mathbf{x} + \mathbf{y}) + f

    The paper has two domains (faces in photographs and in films) with matrices and vectors of
    their own; items of an outfit are of one kind, so both sides share theirs here and S is
    symmetric. A fresh one is the squared Euclidean distance.

    Args:
        channels: Size of the embeddings, D.
        normalize_embeddings: Scale every embedding to length 1 first.

    Source: Lin, Wang, Zuo, Feng, Zhang, "Cross-domain visual matching via generalized similarity
    measure and feature learning", TPAMI 2017.
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
        """Start as the squared Euclidean distance."""
        torch.nn.init.eye_(self.mahalanobis)
        torch.nn.init.eye_(self.inner)
        torch.nn.init.zeros_(self.linear)
        torch.nn.init.zeros_(self.bias)

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m]."""
        weight = at_least_float32(self.inner).T
        inner = (query @ weight) @ (ref @ weight).T
        return self._alone(query).unsqueeze(1) + self._alone(ref) - 2 * inner + self.bias

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n]."""
        weight = at_least_float32(self.inner).T
        inner = ((query @ weight) * (ref @ weight)).sum(dim=-1)
        return self._alone(query) + self._alone(ref) - 2 * inner + self.bias

    def _alone(self, x: Tensor) -> Tensor:
        """What one side adds whatever the other is [n]."""
        size = (x @ at_least_float32(self.mahalanobis).T).square().sum(dim=-1)
        return size + 2 * (x @ at_least_float32(self.linear))

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.channels}, {super().extra_repr()}"
