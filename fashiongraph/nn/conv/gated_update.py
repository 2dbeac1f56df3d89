"""Gates and state updates of gated graph layers."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


def sigmoid_gates(x: Tensor) -> tuple[Tensor, Tensor]:
    """Update and reset gates [..., H] from their inputs [..., 2 H]."""
    gates = x.sigmoid() if torch.is_grad_enabled() else x.sigmoid_()
    update, reset = gates.chunk(2, dim=-1)
    return update, reset


def tanh_state(x: Tensor) -> Tensor:
    """Candidate states [..., H].

    Without a gradient, tanh is computed from the logistic function, whose kernel in torch is
    faster. Near 0 that is a small difference of large numbers, too inexact in half precision.
    """
    if torch.is_grad_enabled() or x.dtype not in (torch.float32, torch.float64):
        return x.tanh()
    logistic = x.mul_(2).sigmoid_()
    return torch.add(x.new_full((), -1), logistic, alpha=2, out=logistic)  # in one pass


def interpolate_states(x: Tensor, new: Tensor, update: Tensor) -> Tensor:
    """Interpolate between old and new states [..., H]; only ``new`` may be overwritten."""
    # Under autocast the gates are narrower than the state, which lerp does not take.
    new, update = new.to(x.dtype), update.to(x.dtype)
    if torch.is_grad_enabled():
        return torch.lerp(x, new, update)
    return torch.lerp(x, new, update, out=new)


class ItemProjections(NamedTuple):
    """Projections of an item's first state, shared by all nodes that stand for the item."""

    gates: Tensor
    """Projection by the gates' W, which target nodes aggregate [U, K, 2 H]."""
    candidate: Tensor
    """Projection by the candidate's W, which target nodes aggregate [U, K, H]."""
    recurrent: Tensor
    """Projection by the gates' U with the gates' bias, for the node itself [U, K, 2 H]."""
