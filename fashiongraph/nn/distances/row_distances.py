"""Distances row by row, of our distances and of pytorch-metric-learning's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fashiongraph.nn.at_least_float32 import at_least_float32
from fashiongraph.nn.distances.distance import Distance


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
