"""Which items of a training batch belong together, and which do not."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch


def real_pairs(batch: Batch, num_negatives: int) -> Tensor:
    """Unordered pairs of items of the real outfits, as nodes [2, P].

    Args:
        batch: Real outfits, each followed by its corrupted editions.
        num_negatives: Corrupted editions per real outfit.
    """
    one, other = batch.edge_index
    real = batch.batch[one] % (1 + num_negatives) == 0
    pairs: Tensor = batch.edge_index[:, real & (one < other)]
    return pairs


def stranger_triplets(batch: Batch, num_negatives: int) -> Tensor:
    """What each stranger of a training batch took the place of, seen from every other item.

    Args:
        batch: Real outfits, each followed by its corrupted editions.
        num_negatives: Corrupted editions per real outfit.

    Returns:
        Nodes [3, T]: an item that stayed, the item that gave way, and the stranger.
    """
    node = torch.arange(batch.item_id.numel(), device=batch.item_id.device)
    edition = batch.batch % (1 + num_negatives)
    outfit = batch.batch
    # An edition holds its items where the real outfit does, and no stranger is in the outfit.
    original = node - batch.ptr[outfit] + batch.ptr[outfit - edition]
    is_stranger = batch.item_id != batch.item_id[original]
    stayed, stranger = batch.edge_index[:, is_stranger[batch.edge_index[1]]]
    return torch.stack([stayed, original[stranger], stranger])
