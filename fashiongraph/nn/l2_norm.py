"""L2 normalisation as a module."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import l2_normalize


class L2Norm(torch.nn.Module):
    r"""L2 normalisation along the last dimension; zero vectors stay zero.

    .. math::
        \mathbf{y} = \mathbf{x} / \lVert \mathbf{x} \rVert_2

    The module form of :func:`l2_normalize`.

    Shapes:
        - **input:** :math:`(*, D)`
        - **output:** :math:`(*, D)`

    Example:
        >>> import torch
        >>> from fashiongraph.nn import L2Norm
        >>> L2Norm()(torch.tensor([3.0, 4.0]))
        tensor([0.6000, 0.8000])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise vectors [..., D]."""
        return l2_normalize(x)
