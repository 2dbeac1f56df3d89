"""Where a batch keeps its features."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError


def node_features(batch: Batch) -> tuple[Tensor, Tensor | None]:
    """Features of a batch, each distinct item once where the batch carries them so.

    Returns:
        The rows to encode, and the map [N] from nodes to those rows, or :obj:`None` where row
        ``i`` is node ``i`` already.

    Raises:
        FashionGraphError: If the batch carries no features.
    """
    if "unique_x" in batch:
        return batch.unique_x, batch.unique_slot
    if "x" in batch:
        return batch.x, None
    raise FashionGraphError("'batch' needs features, but its item table has none")


def node_context(batch: Batch) -> Tensor:
    """What the items of :func:`node_features` were worn with [U, F].

    Raises:
        FashionGraphError: If the batch does not carry it.
    """
    if "unique_context" not in batch:
        raise FashionGraphError(
            "'batch' needs what items were worn with: a graph made by remember_items and "
            "share_items=True"
        )
    context: Tensor = batch.unique_context
    return context


def edge_memory(batch: Batch) -> tuple[Tensor, Tensor]:
    """How often the items of each edge were worn together, and chance would have it, [E] each.

    Raises:
        FashionGraphError: If the batch does not carry it.
    """
    if "edge_together" not in batch:
        raise FashionGraphError(
            "'batch' needs how often items were worn together: a graph made by remember_items and "
            "share_items=True"
        )
    return batch.edge_together, batch.edge_chance
