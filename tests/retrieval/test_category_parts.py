from __future__ import annotations

import pytest
import torch
from fashiongraph.retrieval.category_parts import category_parts
from fashiongraph.retrieval.completed_scores import completed_scores
from fashiongraph.retrieval.item_encoder import ItemEncoder

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError


def test_is_what_the_option_changes(wardrobe, make_model):
    own, candidate = torch.tensor([3, 30]), torch.tensor([7, 39, 0, 7, 12])
    model, plain, items = make_model(use_lift=True), make_model(), wardrobe.items
    expected = completed_scores(model, items, own, candidate)
    expected -= completed_scores(plain, items, own, candidate)
    got = category_parts(ItemEncoder(model, items), own, candidate)
    torch.testing.assert_close(got, expected)
    assert category_parts(ItemEncoder(plain, items), own, candidate).tolist() == [0] * 5
    assert category_parts(ItemEncoder(model, items), own, candidate[:0]).shape == (0,)


def test_a_category_that_the_model_does_not_know(wardrobe, make_model):
    items, own, candidate = wardrobe.items, torch.tensor([3]), torch.tensor([7, 39, 0])
    items = ItemTable(items.ids, items.category_id, ["a", "b", "c", "d", "e"], items.features)
    model, plain = make_model(use_lift=True), make_model()
    expected = completed_scores(model, items, own, candidate, "default")
    expected -= completed_scores(plain, items, own, candidate, "default")
    got = category_parts(ItemEncoder(model, items), own, candidate, "default")
    torch.testing.assert_close(got, expected)
    with pytest.raises(FashionGraphError, match="pass unknown='default'"):
        category_parts(ItemEncoder(model, items), own, candidate)
