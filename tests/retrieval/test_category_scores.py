from __future__ import annotations

import pytest
import torch
from fashiongraph.retrieval.category_scores import category_scores
from fashiongraph.retrieval.completed_scores import completed_scores
from fashiongraph.retrieval.item_encoder import ItemEncoder

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError


@pytest.mark.parametrize("own", [[3], [3, 30], [1, 8, 13, 8]])
@pytest.mark.parametrize("num_steps", [1, 2, 3])
@pytest.mark.parametrize("double", [False, True])
def test_equals_the_scores_of_those_outfits(wardrobe, make_model, own, num_steps, double):
    model, items = make_model(num_steps=num_steps, activation="tanh"), wardrobe.items
    model = model.double() if double else model
    own = torch.tensor(own)
    for category in range(5):
        candidate = (items.category_id == category).nonzero().flatten()
        expected = completed_scores(model, items, own, candidate)
        for block_size in (1, 3, 1000):
            got = category_scores(ItemEncoder(model, items), own, candidate, block_size=block_size)
            torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("own", [[3], [1, 8, 13, 8]])
def test_every_option_has_its_part(wardrobe, make_model, choice, own):
    model, items, own = make_model(**choice).double(), wardrobe.items, torch.tensor(own)
    for category in range(5):
        candidate = (items.category_id == category).nonzero().flatten()
        got = category_scores(ItemEncoder(model, items), own, candidate)
        torch.testing.assert_close(got, completed_scores(model, items, own, candidate))


def test_a_category_that_the_model_does_not_know(wardrobe, make_model):
    items, model, own = wardrobe.items, make_model(), torch.tensor([3, 30])
    items = ItemTable(items.ids, items.category_id, ["a", "b", "c", "d", "e"], items.features)
    candidate = (items.category_id == 2).nonzero().flatten()
    expected = completed_scores(model, items, own, candidate, "default")
    torch.testing.assert_close(
        category_scores(ItemEncoder(model, items), own, candidate, "default"), expected
    )
    with pytest.raises(FashionGraphError, match="pass unknown='default'"):
        category_scores(ItemEncoder(model, items), own, candidate)


def test_no_candidates(wardrobe, make_model):
    none = torch.empty(0, dtype=torch.long)
    assert category_scores(
        ItemEncoder(make_model(), wardrobe.items), torch.tensor([1]), none
    ).shape == (0,)
