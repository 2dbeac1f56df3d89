"""Batches carry features once per node or once per distinct item, and say what they lack."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fashiongraph.data import category_graph, add_item_cooccurrence
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitBatcher
from fashiongraph.models.node_features import edge_memory, node_context, node_features


def test_rows_and_their_nodes(wardrobe):
    x, slot = node_features(OutfitBatcher(wardrobe.items)(wardrobe))
    assert slot is None
    rows, slot = node_features(OutfitBatcher(wardrobe.items, share_items=True)(wardrobe))
    assert len(rows) < len(x)
    torch.testing.assert_close(rows[slot], x)


def test_what_a_graph_that_remembers_adds(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    batch = OutfitBatcher(wardrobe.items, add_item_cooccurrence(graph, wardrobe), share_items=True)(
        wardrobe
    )
    assert node_context(batch).shape == batch.unique_x.shape
    assert [part.shape for part in edge_memory(batch)] == [batch.edge_weight.shape] * 2


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (node_features, "'batch' needs features"),
        (node_context, "'batch' needs what items were worn with"),
        (edge_memory, "'batch' needs how often items were worn together"),
    ],
)
def test_what_a_batch_lacks_is_named(wardrobe, ask, message):
    items = replace(wardrobe.items, features=None)
    batch = OutfitBatcher(items, share_items=True)(wardrobe.with_items(items))
    with pytest.raises(FashionGraphError, match=message):
        ask(batch)
