"""Labels that tell the items of outfits from the strangers drawn for them."""

from __future__ import annotations

import torch
from torch import Tensor


def exemplar_labels(outfit: Tensor) -> Tensor:
    """Labels of N items followed by the stranger of each.

    Items bear the number of their outfit. The stranger in row ``N + i`` was drawn for the item in
    row ``i`` and bears the label ``~i``, that is ``-1 - i``, which no other row bears. So any
    miner or loss that reads labels takes the items of an outfit for alike and all else for
    different, and ours also know whose stranger each is.

    Args:
        outfit: Number of each item's outfit, from 0 [N].

    Returns:
        Labels [2N].
    """
    return torch.cat([outfit, ~torch.arange(outfit.numel(), device=outfit.device)])
