from __future__ import annotations

import pytest
import torch
from fashiongraph.retrieval.item_encoder import ItemEncoder

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batcher import OutfitBatcher

ROWS = torch.tensor([7, 3, 7, 39])


def test_encodes_rows_in_any_order(wardrobe, make_model):
    model = make_model(activation="tanh")
    with torch.no_grad():
        expected = model.encode(wardrobe.items.features[ROWS])
    torch.testing.assert_close(ItemEncoder(model, wardrobe.items)(ROWS), expected)


def test_reads_what_items_were_worn_with(wardrobe, make_model):
    model = make_model(use_context=True)
    batch = OutfitBatcher(wardrobe.items, model.graph, share_items=True)(wardrobe)
    with torch.no_grad():
        known = model.encode(batch.unique_x, batch.unique_context)
    place = torch.searchsorted(wardrobe.item_id.unique(), ROWS)
    torch.testing.assert_close(ItemEncoder(model, wardrobe.items)(ROWS), known[place])


def test_items_on_their_own_are_compared_by_these(wardrobe, make_model):
    first = ItemEncoder(make_model(), wardrobe.items)(ROWS)
    torch.testing.assert_close(ItemEncoder(make_model(), wardrobe.items).alone(ROWS), first)
    unit = ItemEncoder(make_model(unit_states=True), wardrobe.items)
    torch.testing.assert_close(l2_normalize(ROWS), first)
    torch.testing.assert_close(unit.alone(ROWS), first / first.norm(dim=-1, keepdim=True))


def test_refuses_what_does_not_fit(wardrobe, make_model):
    with pytest.raises(FashionGraphError, match=r"the 8 features that the model reads \(got 0\)"):
        ItemEncoder(make_model(), wardrobe.items.with_features(None))
    model = make_model(use_context=True)
    model.graph = make_model().graph
    with pytest.raises(FashionGraphError, match="needs a graph made by add_item_cooccurrence"):
        ItemEncoder(model, wardrobe.items)
