"""Tensor functions shared by layers, scorers and losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import scatter

_EPS = 1e-12  # what torch.nn.functional.normalize divides by where a length is below it


def l2_normalize(x: Tensor) -> Tensor:
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


def mean_over_neighbours(value: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    r"""Mean of the values of the edges into each node [N], self-loops left out.

    .. math::
        y_i = \frac{1}{|\mathcal{N}(i)|} \sum_{j \in \mathcal{N}(i)} v_{ji}

    Args:
        value: One value per edge [E].
        edge_index: Edges :math:`j \to i` [2, E].
        num_nodes: Number of nodes, N. A node without edges has 0.
    """
    sender, receiver = edge_index
    other = (sender != receiver).to(value.dtype)
    total = scatter(value * other, receiver, dim_size=num_nodes)
    mean: Tensor = total / scatter(other, receiver, dim_size=num_nodes).clamp(min=1)
    return mean


def outfit_mean(x: Tensor, batch: Tensor, batch_size: int) -> Tensor:
    """Mean of one number per item over each outfit [B]; 0 for an empty outfit.

    Args:
        x: Numbers [N].
        batch: Outfit of each item [N].
        batch_size: Number of outfits, B.
    """
    mean: Tensor = scatter(x, batch, dim_size=batch_size, reduce="mean")
    return mean


def at_least_float32(x: Tensor) -> Tensor:
    """The same numbers, in float32 where their type is narrower.

    Half precision and bfloat16 keep three or two decimal digits: distances rounded to them tie,
    sums stand still or overflow, and counts end at 256.
    """
    return x.to(torch.promote_types(x.dtype, torch.float32))


def checked_batch(x: Tensor, batch: Tensor | None, batch_size: int | None) -> tuple[Tensor, int]:
    """The outfit of each row, and the number of outfits.

    Args:
        x: Rows, one for each item [N, ...].
        batch: Outfit of each item [N]; by default all are of one outfit.
        batch_size: Number of outfits; by default the highest entry of ``batch`` plus one.

    Raises:
        ValueError: If there is not one outfit for each row, which broadcasting would hide.
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
