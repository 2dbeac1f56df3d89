"""Vectors scaled to length 1."""

from __future__ import annotations

import torch
from torch import Tensor

_EPS = 1e-12  # what torch.nn.functional.normalize divides by where a length is below it


def unit(x: Tensor) -> Tensor:
    """Scale the vectors along the last dimension to length 1; one of length 0 stays as it is.

    :func:`torch.nn.functional.normalize` gives the same vectors, but divides one of length 0 by
    :math:`10^{-12}`, so that its gradient is :math:`10^{12}` times that of the others and one
    such vector undoes a training. Here its gradient passes as it comes. A length of at most
    :math:`10^{-12}`, whose square float32 hardly holds, counts as 0.

    Args:
        x: Vectors [..., D].
    """
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x / torch.where(length > _EPS, length, 1.0)
