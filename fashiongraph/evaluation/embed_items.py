"""One vector per item, by any model that embeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.evaluating import evaluating
from fashiongraph.models.outfit_model import OutfitModel


@runtime_checkable
class Embedder(Protocol):
    """A model of one embedding space: features [U, F] to vectors [U, D]."""

    def embed(self, x: Tensor) -> Tensor:
        """Vectors of items."""


Embed = Callable[[Tensor], Tensor]


@torch.no_grad()
def embed_items(
    model: Embedder | Embed,
    items: ItemTable,
    rows: Tensor | None = None,
    cosine: bool = True,
    batch_size: int = 4096,
) -> Tensor:
    """Embed items in batches.

    Args:
        model: A model with ``embed``, or a function from features [U, F] to vectors [U, D], such
            as ``torch.nn.Identity()`` for the features themselves.
        items: Items with features.
        rows: Rows of the table to embed [n]; by default all.
        cosine: Scale vectors to length 1, so that inner products are cosines.
        batch_size: Items per batch.

    Returns:
        Vectors on the CPU, in float32 at least [n, D].

    Raises:
        FashionGraphError: If the items have no features, or the model has no vector of an item.
    """
    if items.features is None:
        raise FashionGraphError("'items' needs features to embed")
    if isinstance(model, OutfitModel) and not isinstance(model, Embedder):
        raise FashionGraphError(
            f"'model' needs one vector per item (got {type(model).__name__}, whose items have none "
            "of their own; fashiongraph.retrieval.complete finds items for an outfit)"
        )
    embed = model.embed if isinstance(model, Embedder) else model
    module = model if isinstance(model, torch.nn.Module) else torch.nn.Identity()
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    with evaluating(module):
        parts = []
        rows = torch.arange(len(items)) if rows is None else rows
        # An empty batch still says how wide the vectors are.
        for part in rows.split(batch_size) if rows.numel() else (rows,):
            vectors = embed(items.features[part].float().to(device))
            vectors = vectors.to("cpu", torch.promote_types(vectors.dtype, torch.float32))
            parts.append(torch.nn.functional.normalize(vectors, dim=1) if cosine else vectors)
        return torch.cat(parts)
