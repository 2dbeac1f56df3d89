"""Gates and mixtures of states, in place where no gradient needs what was there.

A batch's states are tens of megabytes, and memory that is new to the process costs more than the
arithmetic that fills it. All these overwrite their arguments, which therefore have to be fresh.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sigmoid_gates(x: Tensor) -> tuple[Tensor, Tensor]:
    """Update and reset gates [..., H] of what lies before them [..., 2 H]."""
    gates = x.sigmoid() if torch.is_grad_enabled() else x.sigmoid_()
    update, reset = gates.chunk(2, dim=-1)
    return update, reset


def tanh_state(x: Tensor) -> Tensor:
    """Candidate states [..., H].

    Without a gradient by the logistic function, of which torch has the far faster kernel. Near 0
    that is a small difference of large numbers, for which half precision has too few digits.
    """
    if torch.is_grad_enabled() or x.dtype not in (torch.float32, torch.float64):
        return x.tanh()
    logistic = x.mul_(2).sigmoid_()
    return torch.add(x.new_full((), -1), logistic, alpha=2, out=logistic)  # in one pass


def mixed_states(x: Tensor, new: Tensor, update: Tensor) -> Tensor:
    """States [..., H] on their way to the new ones, which alone may be overwritten."""
    # Under autocast the gates are narrower than the state, which lerp does not take.
    new, update = new.to(x.dtype), update.to(x.dtype)
    if torch.is_grad_enabled():
        return torch.lerp(x, new, update)
    return torch.lerp(x, new, update, out=new)
