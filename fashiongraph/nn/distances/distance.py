"""What every distance is (eq. M3 of mixed-category metric learning)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32, l2_normalize


class Distance(torch.nn.Module):
    """Base of all distances: two sets of embeddings to numbers that know their direction.

    It answers to the names that pytorch-metric-learning's distances answer to, so that its losses
    and miners take ours, but for those that insist on a class of their own, as ``CircleLoss`` does
    on its cosine and ``AngularLoss`` on its Euclidean distance: they say so when they are made. A
    subclass implements :meth:`between_all` and :meth:`between_rows`.

    Narrower embeddings are widened to float32 and autocast is switched off, as what lies close
    together has one distance in half precision.

    Args:
        normalize_embeddings: Scale every embedding to length 1 first.

    Attributes:
        is_inverted: Whether a larger number means closer, as with a similarity.

    Shapes:
        - **input:** embeddings :math:`(n, D)` and :math:`(m, D)`
        - **output:** :math:`(n, m)`, in float32 for narrower embeddings
    """

    is_inverted = False

    def __init__(self, normalize_embeddings: bool = True) -> None:
        super().__init__()
        self.normalize_embeddings = normalize_embeddings

    def forward(self, query_emb: Tensor, ref_emb: Tensor | None = None) -> Tensor:
        """Distance of every query to every reference; by default to every query."""
        query = self._prepared(query_emb)
        ref = query if ref_emb is None else self._prepared(ref_emb)
        with torch.autocast(query.device.type, enabled=False):
            return self.between_all(query, ref)

    def pairwise_distance(self, query_emb: Tensor, ref_emb: Tensor) -> Tensor:
        """Distance of row i of one to row i of the other [n]."""
        query, ref = self._prepared(query_emb), self._prepared(ref_emb)
        with torch.autocast(query.device.type, enabled=False):
            return self.between_rows(query, ref)

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m] of prepared embeddings."""
        raise NotImplementedError(f"{type(self).__name__} does not say how far rows are apart")

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n] of prepared embeddings, row by row."""
        raise NotImplementedError(f"{type(self).__name__} does not say how far rows are apart")

    def margin(self, x: Any, y: Any) -> Any:
        """By how much ``x`` is farther than ``y``."""
        return y - x if self.is_inverted else x - y

    def smallest_dist(self, *args: Any, **kwargs: Any) -> Any:
        """The closest, as :func:`torch.min` or :func:`torch.max` would find it."""
        return (torch.max if self.is_inverted else torch.min)(*args, **kwargs)

    def largest_dist(self, *args: Any, **kwargs: Any) -> Any:
        """The farthest, as :func:`torch.max` or :func:`torch.min` would find it."""
        return (torch.min if self.is_inverted else torch.max)(*args, **kwargs)

    def _prepared(self, embeddings: Tensor) -> Tensor:
        wide = at_least_float32(embeddings)
        return l2_normalize(wide) if self.normalize_embeddings else wide

    def extra_repr(self) -> str:
        """Whether embeddings are scaled first."""
        return f"normalize_embeddings={self.normalize_embeddings}"


def row_distances(distance: torch.nn.Module, query: Tensor, ref: Tensor) -> Tensor:
    """Distance of row i of one to row i of the other [n], in the distance's own direction.

    Args:
        distance: A :class:`Distance`, or a distance of pytorch-metric-learning, whose
            ``pairwise_distance`` leaves scaling and power to its caller.
        query: Embeddings [n, D].
        ref: Embeddings [n, D].
    """
    if isinstance(distance, Distance):
        return distance.pairwise_distance(query, ref)
    other: Any = distance
    query, ref = at_least_float32(query), at_least_float32(ref)
    rows = other.pairwise_distance(other.maybe_normalize(query), other.maybe_normalize(ref))
    apart: Tensor = rows**other.power
    return apart
