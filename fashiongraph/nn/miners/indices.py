"""Labels and index tuples of miners, in the format of pytorch-metric-learning."""

from __future__ import annotations

import torch
from torch import Tensor

Triplets = tuple[Tensor, Tensor, Tensor]  # anchors, positives, negatives
Pairs = tuple[Tensor, Tensor, Tensor, Tensor]  # anchors, positives; anchors, negatives


def as_triplets(indices: Triplets | Pairs) -> Triplets:
    """Convert pairs to triplets, one for each two pairs that share their anchor."""
    if len(indices) == 3:
        return indices
    first, positive, second, negative = indices
    i, j = (first.unsqueeze(1) == second).nonzero(as_tuple=True)
    return first[i], positive[i], negative[j]


def as_pairs(indices: Triplets | Pairs) -> Pairs:
    """Convert triplets to pairs, two for each triplet."""
    if len(indices) == 4:
        return indices
    anchor, positive, negative = indices
    return anchor, positive, anchor, negative


def check_labels(embeddings: Tensor, labels: Tensor) -> None:
    """Refuse labels that do not belong to the embeddings.

    Args:
        embeddings: Embeddings [M, D].
        labels: Labels [M].

    Raises:
        ValueError: If there is not one label for each embedding.
    """
    if labels.shape != embeddings.shape[:1]:
        raise ValueError(
            f"'labels' need one entry for each row of 'embeddings' (got the shapes "
            f"{tuple(labels.shape)} and {tuple(embeddings.shape)})"
        )


def negative_rows(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of negatives, and rows of the items for which they were drawn.

    Args:
        labels: Labels of :func:`exemplar_labels` [M].

    Returns:
        Rows of negatives, in ascending order, and of their items, each [P].

    Raises:
        ValueError: If a negative has another label, so that its item is unknown.
    """
    row = (labels < 0).nonzero().squeeze(1)
    item = ~labels[row]
    invalid = (item >= len(labels)) | (labels[item.clamp(max=len(labels) - 1)] < 0)
    if len(item.unique()) < len(item) or bool(invalid.any()):
        raise ValueError(
            f"'labels' need ~i for the negative of row i, as exemplar_labels() makes them "
            f"(got {labels[row[:6]].tolist()} for the first negatives of {len(labels)} rows)"
        )
    return row, item


def item_pairs(labels: Tensor) -> tuple[Tensor, Tensor]:
    """All unordered pairs of rows with the same label of an outfit, the earlier row first.

    Args:
        labels: Labels [M]; rows with a label below 0 are negatives and in no pair.

    Returns:
        First and second rows of the pairs, each [E], outfit after outfit.
    """
    items = (labels >= 0).nonzero().squeeze(1)
    order = items[labels[items].argsort(stable=True)]
    _, sizes = torch.unique_consecutive(labels[order], return_counts=True)
    position = torch.arange(order.numel(), device=labels.device)
    num_later = sizes.cumsum(0).repeat_interleave(sizes) - 1 - position  # later rows of the outfit
    first = position.repeat_interleave(num_later)
    start = num_later.cumsum(0) - num_later
    second = first + 1 + torch.arange(first.numel(), device=labels.device) - start[first]
    return order[first], order[second]


def exemplar_labels(outfit: Tensor) -> Tensor:
    """Labels of N items followed by one negative for each.

    The label of an item is the number of its outfit. The negative in row ``N + i`` was drawn for
    the item in row ``i`` and has the unique label ``~i``, that is ``-1 - i``. Miners and losses of
    other libraries thus treat items of one outfit as one class and each negative as a class of its
    own; the miners of this package also read from the label which item a negative was drawn for.

    Args:
        outfit: Number of each item's outfit, from 0 [N].

    Returns:
        Labels [2N].

    Example:
        >>> import torch
        >>> from fashiongraph.nn import exemplar_labels
        >>> exemplar_labels(torch.tensor([0, 0, 1]))
        tensor([ 0,  0,  1, -1, -2, -3])
    """
    return torch.cat([outfit, ~torch.arange(outfit.numel(), device=outfit.device)])
