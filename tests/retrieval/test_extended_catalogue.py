from __future__ import annotations

import torch

from fashiongraph.data import ItemTable, append_items
from fashiongraph.data.conditions import allowed_items, read_conditions
from fashiongraph.retrieval import LocalCatalogue, open_catalogue
from fashiongraph.retrieval.extended_catalogue import ExtendedCatalogue
from tests.retrieval.mixed_catalogue import check, every, siamese, table


def test_further_items_join_a_search_and_are_not_stored(build):
    items, model = table(80), siamese()
    catalogue, place = build(model, items)
    after = append_items(items, ItemTable.from_lists(["g1", "g2", "g3"], ["bag", "top", "new"],
                                                     torch.randn(3, 8)))  # fmt: skip
    found, anew = ExtendedCatalogue(catalogue, after), LocalCatalogue.build(model, after)
    assert len(found) == 83
    for text in ("price < 40", "colour = red"):
        allowed = allowed_items(after, unless=[text])
        for category in range(after.num_categories):
            check(found, after, category, 90, allowed, read_conditions(unless=[text]))
            check(anew, after, category, 90, allowed)
    assert len(open_catalogue(place, model, items)) == 80


def test_further_items_are_stored_by_a_change(build):
    items, model = table(40), siamese()
    catalogue, _ = build(model, items)
    more = ItemTable.from_lists(["g1", "g2"], ["bag", "top"], torch.randn(2, 8))
    after = append_items(items, more)
    found = ExtendedCatalogue(catalogue, after).changed(after, torch.arange(42))
    for category in range(4):
        check(found, after, category, 50, every(after))
