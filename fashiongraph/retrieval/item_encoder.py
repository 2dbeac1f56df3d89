"""States of the items of a table."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.data.item_memory import ItemMemory
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN


class ItemEncoder:
    """Encodes items of a table by their rows (eq. A1 and A4).

    Args:
        model: The model.
        items: Items with features.

    Raises:
        FashionGraphError: If the items have no features, or not as many as the model reads, or
            the model reads what items were worn with, or how often, and its graph does not
            remember that.
    """

    def __init__(self, model: ADDGNN, items: ItemTable) -> None:
        if items.num_features != model.in_channels:
            raise FashionGraphError(
                f"'items' needs the {model.in_channels} features that the model reads "
                f"(got {items.num_features})"
            )
        self.model = model
        self.items = items
        self.memory: ItemMemory | None = None
        if model.use_context or model.use_pairs:
            if model.graph is None or "item_key" not in model.graph:
                raise FashionGraphError("'model' needs a graph made by remember_items")
            self.memory = ItemMemory(model.graph, items)

    @torch.no_grad()
    def __call__(self, rows: Tensor) -> Tensor:
        """First states on the model's device [U, K, H], of any rows in any order [U]."""
        assert self.items.features is not None
        device = self.model.encoder.lin.weight.device
        x = self.items.features[rows].float().to(device)
        if self.memory is None or not self.model.use_context:
            return self.model.encode(x)
        unique, slot = rows.unique(return_inverse=True)
        return self.model.encode(x, self.memory(unique)[slot].to(device))

    @torch.no_grad()
    def alone(self, rows: Tensor) -> Tensor:
        """The states that a model without graph compares these items by [U, K, H]."""
        return self.model.compared(self(rows))
