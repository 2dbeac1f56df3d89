"""Tensor functions shared by layers, scorers and losses."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch_geometric.utils import scatter

_EPS = 1e-12  # the default of torch.nn.functional.normalize


def l2_normalize(x: Tensor) -> Tensor:
    r"""Scale vectors to length 1 along the last dimension; zero vectors stay zero.

    .. math::
        \mathbf{y} = \mathbf{x} / \lVert \mathbf{x} \rVert_2

    :func:`torch.nn.functional.normalize` gives the same vectors, but divides a zero vector by
    :math:`10^{-12}`, so that its gradient is :math:`10^{12}` times that of the others and a single
    zero vector makes training diverge. Here the gradient of a zero vector passes unscaled. A
    length of at most :math:`10^{-12}`, whose square underflows in float32, counts as 0.

    Args:
        x: Vectors [..., D].

    Returns:
        Vectors of the same shape.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import l2_normalize
        >>> l2_normalize(torch.tensor([[3.0, 4.0], [0.0, 0.0]])).norm(dim=-1)
        tensor([1., 0.])
    """
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x / torch.where(length > _EPS, length, 1.0)


def rms_normalize(x: Tensor) -> Tensor:
    r"""Scale vectors to a mean square of 1 along the last dimension; zero vectors stay zero.

    .. math::
        \mathbf{y} = \mathbf{x} \big/ \sqrt{\tfrac{1}{D} \textstyle\sum_d x_d^2}

    :func:`torch.nn.functional.rms_norm` adds a constant to the mean square, so that vectors of a
    small scale, such as :math:`10^{-4}`, would almost vanish. Here the scale has no effect.

    Args:
        x: Vectors [..., D].

    Returns:
        Vectors of the same shape.

    Example:
        >>> import torch
        >>> from fashiongraph.nn.functional import rms_normalize
        >>> rms_normalize(torch.tensor([[3.0, -3.0], [1e-6, 1e-6], [0.0, 0.0]])).tolist()
        [[1.0, -1.0], [1.0, 1.0], [0.0, 0.0]]
    """
    rms = torch.linalg.vector_norm(x, dim=-1, keepdim=True) / math.sqrt(x.size(-1))
    return x / torch.where(rms > _EPS, rms, 1.0)


def mean_over_neighbours(value: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    r"""Mean of the values of the edges into each node [N], self-loops left out.

    .. math::
        y_i = \frac{1}{|\mathcal{N}(i)|} \sum_{j \in \mathcal{N}(i)} v_{ji}

    Args:
        value: One value per edge [E].
        edge_index: Edges :math:`j \to i` [2, E].
        num_nodes: Number of nodes, N. A node without edges has 0.

    Example:
        >>> import torch
        >>> from fashiongraph.nn.functional import mean_over_neighbours
        >>> edge_index = torch.tensor([[1, 2, 0], [0, 0, 1]])
        >>> mean_over_neighbours(torch.tensor([1.0, 3.0, 5.0]), edge_index, num_nodes=3)
        tensor([2., 5., 0.])
    """
    source, target = edge_index
    counted = (source != target).to(value.dtype)
    total = scatter(value * counted, target, dim_size=num_nodes)
    mean: Tensor = total / scatter(counted, target, dim_size=num_nodes).clamp(min=1)
    return mean


def outfit_mean(x: Tensor, batch: Tensor, batch_size: int) -> Tensor:
    """Mean of one number per item over each outfit [B]; 0 for an empty outfit.

    Args:
        x: Numbers [N].
        batch: Outfit of each item [N].
        batch_size: Number of outfits, B.

    Example:
        >>> import torch
        >>> from fashiongraph.nn.functional import outfit_mean
        >>> outfit_mean(torch.tensor([1.0, 3.0, 5.0]), torch.tensor([0, 0, 1]), batch_size=2)
        tensor([2., 5.])
    """
    mean: Tensor = scatter(x, batch, dim_size=batch_size, reduce="mean")
    return mean


def at_least_float32(x: Tensor) -> Tensor:
    """Convert to float32 where the type is narrower; wider types stay.

    Half precision and bfloat16 keep three or two decimal digits: distances rounded to them tie,
    long sums stagnate or overflow, and bfloat16 counts exactly up to 256 only.

    Args:
        x: Numbers of any shape.

    Example:
        >>> import torch
        >>> from fashiongraph.nn.functional import at_least_float32
        >>> at_least_float32(torch.ones(2, dtype=torch.bfloat16)).dtype
        torch.float32
    """
    return x.to(torch.promote_types(x.dtype, torch.float32))


def check_channels(x: Tensor, channels: int) -> None:
    """Refuse features of another size, which broadcasting could hide.

    Args:
        x: Features [..., F].
        channels: The size F that a layer was made for.

    Raises:
        ValueError: If the last dimension has another size.
    """
    if x.dim() == 0 or x.size(-1) != channels:
        raise ValueError(f"'x' needs {channels} features (got the shape {tuple(x.shape)})")


def checked_batch(x: Tensor, batch: Tensor | None, batch_size: int | None) -> tuple[Tensor, int]:
    """Outfit of each row and number of outfits, with the defaults of PyG's pooling filled in.

    Args:
        x: Rows, one for each item [N, ...].
        batch: Outfit of each item [N]; by default all are of one outfit.
        batch_size: Number of outfits; by default the highest entry of ``batch`` plus one.

    Raises:
        ValueError: If there is not one outfit for each row, which broadcasting would hide.

    Example:
        >>> import torch
        >>> from fashiongraph.nn.functional import checked_batch
        >>> checked_batch(torch.zeros(3, 8), None, None)
        (tensor([0, 0, 0]), 1)
    """
    if batch is None:
        return torch.zeros(x.size(0), dtype=torch.long, device=x.device), batch_size or 1
    if batch.shape != x.shape[:1]:
        raise ValueError(
            f"'batch' needs one entry for each row of 'x' (got the shapes "
            f"{tuple(batch.shape)} and {tuple(x.shape)})"
        )
    if batch_size is None:
        batch_size = int(batch.max()) + 1 if batch.numel() else 0
    return batch, batch_size
