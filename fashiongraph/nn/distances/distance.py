"""Base class of distances (eq. M3 of mixed-category metric learning)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32, l2_normalize


class Distance(torch.nn.Module):
    """Base class of distances and similarities between two sets of embeddings.

    It has the interface of pytorch-metric-learning's distances, so that its losses and miners
    accept subclasses, except those that check for one class, such as ``CircleLoss`` and
    ``AngularLoss``, which raise an error when constructed. A subclass implements
    :meth:`between_all` and :meth:`between_rows`.

    Narrower embeddings are widened to float32 and autocast is disabled, since distances of close
    embeddings tie in half precision.

    Args:
        normalize_embeddings: Scale every embedding to length 1 first.

    Attributes:
        is_inverted: Whether a larger number means closer, as with a similarity.

    Shapes:
        - **input:** embeddings :math:`(n, D)` and :math:`(m, D)`
        - **output:** :math:`(n, m)`, in float32 for narrower embeddings

    Example:
        >>> import torch
        >>> from fashiongraph.nn import Distance
        >>> class Manhattan(Distance):
        ...     def between_all(self, query, ref):
        ...         return torch.cdist(query, ref, p=1)
        ...     def between_rows(self, query, ref):
        ...         return (query - ref).abs().sum(dim=-1)
        >>> Manhattan(normalize_embeddings=False)(torch.tensor([[0.0, 0.0], [1.0, 2.0]]))
        tensor([[0., 3.],
                [3., 0.]])
    """

    is_inverted = False

    def __init__(self, normalize_embeddings: bool = True) -> None:
        super().__init__()
        self.normalize_embeddings = normalize_embeddings

    def forward(self, query_emb: Tensor, ref_emb: Tensor | None = None) -> Tensor:
        """Distances of every query to every reference [n, m].

        Args:
            query_emb: Embeddings [n, D].
            ref_emb: Embeddings [m, D]; by default the queries.
        """
        query = self._prepared(query_emb)
        ref = query if ref_emb is None else self._prepared(ref_emb)
        with torch.autocast(query.device.type, enabled=False):
            return self.between_all(query, ref)

    def pairwise_distance(self, query_emb: Tensor, ref_emb: Tensor) -> Tensor:
        """Distances of row i of one to row i of the other [n].

        Args:
            query_emb: Embeddings [n, D].
            ref_emb: Embeddings [n, D].
        """
        query, ref = self._prepared(query_emb), self._prepared(ref_emb)
        with torch.autocast(query.device.type, enabled=False):
            return self.between_rows(query, ref)

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n, m] of prepared embeddings."""
        raise NotImplementedError(f"{type(self).__name__} needs to implement between_all()")

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Distances [n] of prepared embeddings, row by row."""
        raise NotImplementedError(f"{type(self).__name__} needs to implement between_rows()")

    def margin(self, x: Any, y: Any) -> Any:
        """Difference by which distance ``x`` exceeds ``y``; its sign is turned for similarities."""
        return y - x if self.is_inverted else x - y

    def smallest_dist(self, *args: Any, **kwargs: Any) -> Any:
        """:func:`torch.min` of distances, :func:`torch.max` of similarities."""
        return (torch.max if self.is_inverted else torch.min)(*args, **kwargs)

    def largest_dist(self, *args: Any, **kwargs: Any) -> Any:
        """:func:`torch.max` of distances, :func:`torch.min` of similarities."""
        return (torch.min if self.is_inverted else torch.max)(*args, **kwargs)

    def _prepared(self, embeddings: Tensor) -> Tensor:
        wide = at_least_float32(embeddings)
        return l2_normalize(wide) if self.normalize_embeddings else wide

    def extra_repr(self) -> str:
        """Whether embeddings are scaled first."""
        return f"normalize_embeddings={self.normalize_embeddings}"


def row_distances(distance: torch.nn.Module, query: Tensor, ref: Tensor) -> Tensor:
    """Distances of row i of one to row i of the other [n], similarities not inverted.

    Args:
        distance: A :class:`Distance`, or a distance of pytorch-metric-learning, whose
            ``pairwise_distance`` leaves scaling and power to its caller.
        query: Embeddings [n, D].
        ref: Embeddings [n, D].

    Example:
        >>> import torch
        >>> from fashiongraph.nn import SquaredEuclideanDistance, row_distances
        >>> x, y = torch.tensor([[1.0, 0.0], [2.0, 0.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
        >>> row_distances(SquaredEuclideanDistance(), x, y)  # of embeddings of length 1
        tensor([2., 0.])
    """
    if isinstance(distance, Distance):
        return distance.pairwise_distance(query, ref)
    theirs: Any = distance
    query, ref = at_least_float32(query), at_least_float32(ref)
    rows = theirs.pairwise_distance(theirs.maybe_normalize(query), theirs.maybe_normalize(ref))
    result: Tensor = rows**theirs.power
    return result
