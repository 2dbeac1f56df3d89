"""What items that were worn together add to the scores of completed outfits."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.retrieval.item_encoder import ItemEncoder


@torch.no_grad()
def memory_parts(
    encode: ItemEncoder, own: Tensor, candidate: Tensor, block_size: int = 65536
) -> Tensor:
    """The part of an outfit's score that remembered pairs make, for the outfit with each candidate.

    The outfit's own pairs are looked up once for all candidates.

    Args:
        encode: The encoder of a model over the catalogue.
        own: Rows of the outfit's items [n].
        candidate: Rows of the items to add, one at a time [M].
        block_size: Candidates looked up at once.

    Returns:
        :meth:`~fashiongraph.models.counted_parts.CountedParts.pair_part` on the CPU [M].
    """
    lift, memory, n = encode.model.counted.pairs, encode.memory, len(own)
    if lift is None or memory is None:
        return torch.zeros(len(candidate))
    device = lift.weight.device
    between = [torch.empty(0, n)]
    for part in candidate.split(block_size):
        rows, slot = torch.cat([own, part]).unique(return_inverse=True)
        mine, new = slot[:n].repeat(len(part)), slot[n:].repeat_interleave(n)
        pairs = memory.pairs(memory.counts(rows), rows, mine, new)
        between.append(lift(*(each.to(device) for each in pairs)).view(-1, n).float().cpu())
    return (2 * torch.cat(between).sum(dim=1) + _within(encode, own)) / (n * (n + 1))


def unmet_part(encode: ItemEncoder, own: Tensor) -> float:
    """The most that :func:`memory_parts` says of an item worn with none of the outfit's."""
    lift, n = encode.model.counted.pairs, len(own)
    if lift is None:
        return 0.0
    if lift.weight[1] < 0:  # a model that likes what chance would have seen and nobody wore
        return float("inf")
    return float(_within(encode, own).detach()) / (n * (n + 1))


def companions(encode: ItemEncoder, own: Tensor) -> Tensor:
    """Rows of remembered items that were worn with one of the outfit's, ascending."""
    if encode.model.counted.pairs is None or encode.memory is None:
        return own[:0]
    met = encode.memory.counts(own.unique()).indices
    rows: Tensor = torch.from_numpy(met[encode.memory.remembered[met]]).long().unique()
    return rows


def _within(encode: ItemEncoder, own: Tensor) -> Tensor:
    """The sum over the outfit's own ordered pairs, on the CPU."""
    lift, memory = encode.model.counted.pairs, encode.memory
    assert lift is not None and memory is not None
    rows, slot = own.unique(return_inverse=True)
    i, j = (1 - torch.eye(len(own))).nonzero().t()
    pairs = memory.pairs(memory.counts(rows), rows, slot[i], slot[j])
    total: Tensor = lift(*(each.to(lift.weight.device) for each in pairs)).sum().float().cpu()
    return total
