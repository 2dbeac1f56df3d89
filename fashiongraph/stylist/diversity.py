"""Diverse choices by maximal marginal relevance."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError


def check_diversity(diversity: float) -> None:
    """Check a weight of diversity.

    Raises:
        FashionGraphError: If it is not in [0, 1).
    """
    if not 0 <= diversity < 1:
        raise FashionGraphError(f"'diversity' needs to lie in [0, 1) (got {diversity})")


def diverse(relevance: Tensor, vectors: Tensor, count: int, diversity: float) -> Tensor:
    r"""Choose relevant candidates that differ from each other, one after the other.

    .. math::
        \arg\max_{i \notin S} \; (1 - \lambda)\, r_i - \lambda \max_{j \in S} \cos(v_i, v_j)

    Source: Carbonell, Goldstein, "The use of MMR, diversity-based reranking for reordering
    documents and producing summaries" (SIGIR 1998), https://doi.org/10.1145/290941.291025.

    Args:
        relevance: Relevance of each candidate, r [n].
        vectors: Vectors of the candidates, v [n, D].
        count: Largest number to choose.
        diversity: Weight of the difference, in [0, 1).

    Returns:
        Positions in the order of choice, at most ``count``.

    Example:
        >>> vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> diverse(torch.tensor([0.9, 0.8, 0.5]), vectors, 2, diversity=0.5).tolist()
        [0, 2]
    """
    vectors = torch.nn.functional.normalize(vectors.double(), dim=1)
    free = torch.ones(len(relevance), dtype=torch.bool)
    nearest = torch.full((len(relevance),), -1.0, dtype=torch.float64)
    chosen: list[int] = []
    while len(chosen) < count and bool(free.any()):
        gain = (1 - diversity) * relevance.double()
        if chosen:
            gain = gain - diversity * nearest
        best = int(gain.masked_fill(~free, float("-inf")).argmax())
        chosen.append(best)
        free[best] = False
        nearest = torch.maximum(nearest, vectors @ vectors[best])
    return torch.tensor(chosen, dtype=torch.int64)
