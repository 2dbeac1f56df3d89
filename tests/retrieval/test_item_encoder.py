from __future__ import annotations

import pytest
import torch

from fashiongraph.data import remember_items
from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.errors import FashionGraphError
from fashiongraph.retrieval import complete
from fashiongraph.retrieval.completed_scores import completed_scores
from fashiongraph.retrieval.item_encoder import ItemEncoder

ROWS = torch.tensor([7, 3, 7, 39])


def test_encodes_rows_in_any_order(wardrobe, make_model):
    model = make_model(activation="tanh")
    with torch.no_grad():
        expected = model.encode(wardrobe.items.features[ROWS])
    torch.testing.assert_close(ItemEncoder(model, wardrobe.items)(ROWS), expected)


def test_reads_what_items_were_worn_with(wardrobe, make_model):
    model = make_model(use_context=True)
    model.graph = remember_items(model.graph, wardrobe)
    batch = OutfitBatcher(wardrobe.items, model.graph, share_items=True)(wardrobe)
    with torch.no_grad():
        known = model.encode(batch.unique_x, batch.unique_context)
    place = torch.searchsorted(wardrobe.item_id.unique(), ROWS)
    torch.testing.assert_close(ItemEncoder(model, wardrobe.items)(ROWS), known[place])


@pytest.mark.parametrize("use_graph", [False, True])
def test_completions_read_it_too(wardrobe, make_model, use_graph):
    model, items = make_model(use_context=True, use_graph=use_graph), wardrobe.items
    model.graph = remember_items(model.graph, wardrobe)
    own, candidate = torch.tensor([3, 30]), (items.category_id == 2).nonzero().flatten()
    candidate = candidate[~torch.isin(candidate, own)]
    score, place = completed_scores(model, items, own, candidate).topk(4)
    for shortlist in (None, 40):
        found = complete(model, ["item3", "item30"], items, ["category2"], 4, shortlist)
        assert found["item_id"].tolist() == items.ids[candidate[place].numpy()].tolist()
        torch.testing.assert_close(torch.tensor(found["score"].to_numpy()), score)


def test_refuses_what_does_not_fit(wardrobe, make_model):
    with pytest.raises(FashionGraphError, match=r"the 8 features that the model reads \(got 0\)"):
        ItemEncoder(make_model(), wardrobe.items.with_features(None))
    with pytest.raises(FashionGraphError, match="needs a graph made by remember_items"):
        ItemEncoder(make_model(use_context=True), wardrobe.items)
