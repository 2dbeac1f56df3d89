"""Positive pairs and negative triplets of a training batch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch


def real_pairs(batch: Batch, num_negatives: int) -> Tensor:
    """Unordered pairs of items of the real outfits, as node indices [2, P].

    Args:
        batch: Real outfits, each followed by its corrupted outfits.
        num_negatives: Number of corrupted outfits per real outfit.
    """
    one, other = batch.edge_index
    real = batch.batch[one] % (1 + num_negatives) == 0
    pairs: Tensor = batch.edge_index[:, real & (one < other)]
    return pairs


def negative_triplets(batch: Batch, num_negatives: int) -> Tensor:
    """Triplets of each negative, the item that it replaces, and each other item of the outfit.

    Args:
        batch: Real outfits, each followed by its corrupted outfits.
        num_negatives: Number of corrupted outfits per real outfit.

    Returns:
        Node indices [3, T]: a kept item, the replaced item, and the negative.
    """
    node = torch.arange(batch.item_id.numel(), device=batch.item_id.device)
    copy = batch.batch % (1 + num_negatives)
    outfit = batch.batch
    # A corrupted outfit keeps the order of the real one, and its negative is not in the real one.
    original = node - batch.ptr[outfit] + batch.ptr[outfit - copy]
    is_negative = batch.item_id != batch.item_id[original]
    kept, negative = batch.edge_index[:, is_negative[batch.edge_index[1]]]
    return torch.stack([kept, original[negative], negative])
