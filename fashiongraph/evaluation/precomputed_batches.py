"""Batches of outfits whose items are encoded once for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.data.outfits import Outfits
from fashiongraph.models.outfit_model import OutfitModel

_ROWS = 512  # items encoded at a time, few enough for the memory of the last ones to serve again
_SHARED = 2  # rows per distinct item from which encoding them ahead saves time
_BYTES = 2**31  # that may be kept


def precomputed_batches(
    model: OutfitModel, loader: OutfitLoader, device: torch.device
) -> Iterator[Batch] | None:
    """Batches that carry, for all their items, what the model computes of an item alone.

    Args:
        model: The model.
        loader: The same batches, of shared items with features.
        device: Where the model is.

    Returns:
        The batches, or :obj:`None` where the model has nothing to compute ahead, items hardly
        repeat, or it would fill memory.
    """
    outfits, batcher = loader.outfits, loader.batcher
    rows = outfits.item_id.unique()
    if not len(rows) or _SHARED * len(rows) > len(outfits.item_id):
        return None
    first = _fields(model, batcher, rows[:1], device)
    width = sum(value.nbytes for value in first.values())
    if not 0 < width * len(rows) <= _BYTES:
        return None
    fields = {name: value.new_empty(len(rows), *value.shape[1:]) for name, value in first.items()}
    for place in torch.arange(len(rows)).split(_ROWS):
        part = slice(int(place[0]), int(place[-1]) + 1)
        for name, value in _fields(model, batcher, rows[part], device).items():
            fields[name][part] = value
    bare = outfits.with_items(outfits.items.with_features(None))
    bare_loader = OutfitLoader(bare, batcher.graph, loader.batch_size, share_items=True)
    return _batches(bare_loader, fields, rows, device)


def _fields(
    model: OutfitModel, batcher: OutfitBatcher, rows: Tensor, device: torch.device
) -> dict[str, Tensor]:
    """What the model computes of some items, each in an outfit of its own."""
    alone = Outfits(batcher.items, torch.arange(len(rows) + 1), rows)
    return model.precomputed(batcher(alone).to(device))


def _batches(
    loader: OutfitLoader, fields: dict[str, Tensor], rows: Tensor, device: torch.device
) -> Iterator[Batch]:
    for batch in loader:
        batch.item_slot = torch.searchsorted(rows, batch.item_id)
        batch = batch.to(device)
        for name, value in fields.items():
            batch[name] = value
        yield batch
