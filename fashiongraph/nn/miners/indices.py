"""Labels and index tuples in the format of pytorch-metric-learning."""

from __future__ import annotations

import torch
from torch import Tensor

Triplets = tuple[Tensor, Tensor, Tensor]  # anchors, positives, negatives
Pairs = tuple[Tensor, Tensor, Tensor, Tensor]  # anchors, positives; anchors, negatives


def as_triplets(indices: Triplets | Pairs) -> Triplets:
    """Triplets as they are; of pairs all that share their anchor."""
    if len(indices) == 3:
        return indices
    first, positive, second, negative = indices
    i, j = (first.unsqueeze(1) == second).nonzero(as_tuple=True)
    return first[i], positive[i], negative[j]


def as_pairs(indices: Triplets | Pairs) -> Pairs:
    """Pairs as they are; of each triplet its two."""
    if len(indices) == 4:
        return indices
    anchor, positive, negative = indices
    return anchor, positive, anchor, negative


def stranger_rows(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of strangers, and of the items that they were drawn for.

    Args:
        labels: Labels, as :func:`exemplar_labels` makes them [M].

    Returns:
        Rows of strangers, rising, and of their items, each [P].

    Raises:
        ValueError: If strangers bear other labels, which tell nobody whose they are.
    """
    stranger = (labels < 0).nonzero().squeeze(1)
    item = ~labels[stranger]
    lost = (item >= len(labels)) | (labels[item.clamp(max=len(labels) - 1)] < 0)
    if len(item.unique()) < len(item) or bool(lost.any()):
        raise ValueError(
            f"'labels' need strangers as exemplar_labels() makes them, ~i for that of row i "
            f"(got {labels[stranger[:6]].tolist()} first among {len(labels)} labels)"
        )
    return stranger, item


def item_pairs(labels: Tensor) -> tuple[Tensor, Tensor]:
    """All unordered pairs of rows that bear the same label of an outfit, the earlier row first.

    Args:
        labels: Labels [M]; rows with a negative label are strangers and in no pair.

    Returns:
        Rows of both members [E], outfit after outfit.
    """
    items = (labels >= 0).nonzero().squeeze(1)
    order = items[labels[items].argsort(stable=True)]
    _, sizes = torch.unique_consecutive(labels[order], return_counts=True)
    place = torch.arange(order.numel(), device=labels.device)
    num_later = sizes.cumsum(0).repeat_interleave(sizes) - 1 - place  # partners behind each row
    first = place.repeat_interleave(num_later)
    start = num_later.cumsum(0) - num_later
    second = first + 1 + torch.arange(first.numel(), device=labels.device) - start[first]
    return order[first], order[second]


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
