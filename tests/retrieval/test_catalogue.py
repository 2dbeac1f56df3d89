"""The stores of a catalogue give the same answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable, append_items
from fashiongraph.data.conditions import Condition, allowed_items, read_conditions
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import ADDGNN, Siamese
from fashiongraph.retrieval import LocalCatalogue, complete, open_catalogue
from tests.retrieval.mixed_catalogue import (
    SEED,
    TEXTS,
    WHERE,
    check,
    every,
    query_of,
    siamese,
    table,
)


def test_best_are_those_of_a_loop(build):
    items = table(300)
    catalogue, _ = build(siamese(), items)
    assert len(catalogue) == 300
    allowed = every(items)
    allowed[::3] = False
    few = torch.zeros(300, dtype=torch.bool)
    few[[7, 11, 150, 288]] = True
    for category in range(4):
        for count in (1, 10, 300, 20_000):
            check(catalogue, items, category, count, every(items))
            check(catalogue, items, category, count, allowed)
            check(catalogue, items, category, count, few)


def test_empty_searches(build):
    items = table(60)
    catalogue, _ = build(siamese(), items)
    query = query_of(catalogue.vectors(torch.arange(1)).size(1))
    for rows, products in (
        catalogue.best(query, 4, 5, every(items)),  # a category without items
        catalogue.best(query, 0, 5, ~every(items)),
        catalogue.best(query, 0, 0, every(items)),
        catalogue.nearest(query, torch.arange(0), 5),
    ):
        assert rows.tolist() == [] and products.tolist() == []
    assert catalogue.vectors(torch.arange(0)).shape == (0, len(query))


def test_no_items(build):
    items = ItemTable.from_lists([], [], torch.empty(0, 8), vocabulary=["bag"])
    catalogue, _ = build(siamese(), items)
    size = LocalCatalogue.build(siamese(), table(2)).vectors(torch.arange(1)).size(1)
    assert len(catalogue) == 0
    assert catalogue.best(query_of(size), 0, 5, every(items))[0].tolist() == []


def test_vectors_are_in_the_order_of_the_rows(build):
    items = table(60)
    catalogue, _ = build(siamese(), items)
    rows = torch.tensor([5, 3, 59, 3, 0])
    torch.testing.assert_close(catalogue.vectors(rows), catalogue.scorer.embed(rows))


def test_items_without_category_are_candidates_by_their_rows(build):
    items = table(60)
    catalogue, _ = build(siamese(), items)
    candidates = torch.tensor([34, 1, 0, 17, 20])  # 0, 17 and 34 have no category
    vectors = catalogue.vectors(candidates)
    query = query_of(vectors.size(1))
    rows, products = catalogue.nearest(query, candidates, 4)
    product, place = (vectors @ query).topk(4)
    assert rows.tolist() == candidates[place].tolist()
    torch.testing.assert_close(products, product)


@pytest.mark.parametrize("negated", [False, True], ids=["where", "unless"])
def test_every_condition_gives_the_items_that_fulfil_it(build, negated):
    items = table(200)
    catalogue, _ = build(siamese(), items)
    for text in [*WHERE, "price < inf", "price >= nan"]:
        conditions = read_conditions(**{"unless" if negated else "where": [text]})
        allowed = allowed_items(items, **{"unless" if negated else "where": [text]})
        for category in (0, 2):
            check(catalogue, items, category, 200, allowed, conditions)


def test_conditions_of_every_character(build):
    items = table(200)
    catalogue, _ = build(siamese(), items)
    for text in TEXTS:
        condition = Condition("colour", "=", (text,))
        allowed = torch.from_numpy(condition.holds(items))
        assert allowed.any()
        check(catalogue, items, 1, 200, allowed, [condition])


def test_completions_of_any_store_are_those_of_brute_force(build):
    items = table(400)
    torch.manual_seed(SEED)
    model = ADDGNN(8, 6, num_attributes=3, num_steps=0).eval()
    torch.nn.init.normal_(model.scorer.weight)
    catalogue, _ = build(model, items)
    where = ["price < 60", "stock != 2"]
    allowed, conditions = allowed_items(items, where), read_conditions(where)
    outfit = items.ids[[1, 2, 3]].tolist()
    for shortlist in (5, 100):
        found = complete(
            model, outfit, items, None, 5, shortlist, catalogue, "error", allowed, conditions
        )
        expected = complete(model, outfit, items, None, 5, None, allowed=allowed)
        pd.testing.assert_frame_equal(found, expected, rtol=1e-5)


def test_stored_catalogues_are_opened_by_their_place(build):
    items, model = table(80), siamese()
    built, place = build(model, items)
    opened = open_catalogue(place, model, items)
    assert type(opened) is type(built)
    for category in range(4):
        check(opened, items, category, 10, every(items))


def test_vectors_of_other_models_and_items_are_refused(build):
    items, model = table(40), siamese()
    _, place = build(model, items)
    torch.manual_seed(1)
    with pytest.raises(DataError, match="another model or of other items"):
        open_catalogue(place, Siamese(8), items)
    with pytest.raises(DataError, match="another model or of other items"):
        open_catalogue(place, model, table(40, seed=1))


def test_models_without_item_vectors_are_refused(build):
    from fashiongraph.models import as_outfit_model

    items = table(40)
    with pytest.raises(FashionGraphError, match="'model' needs item vectors"):
        build(as_outfit_model(torch.nn.Linear(1, 1)), items)


def changed_table(items):
    """Some items removed, one with other features, one with other columns, and two new ones."""
    rows = np.delete(np.arange(len(items)), [0, 3, 20])
    columns = items.columns.iloc[rows].reset_index(drop=True)
    columns.loc[5, "price"] = 0.5
    columns.loc[5, "colour"] = "red"
    category = items.category_id[rows].clone()
    category[6] = (category[6] + 1) % 4
    features = items.features[rows].clone()
    features[7] = -features[7]
    kept = ItemTable(items.ids[rows], category, items.categories, features, columns)
    more = table(2, seed=5)
    more = ItemTable(pd.Index(["n1", 'n"2']), more.category_id.clamp(0), more.categories,
                     more.features, more.columns)  # fmt: skip
    after = append_items(kept, more)
    source = items.find(after.ids)
    source[7] = -1
    return after, source


def test_items_are_added_changed_and_removed(build):
    items, model = table(80), siamese()
    catalogue, _ = build(model, items)
    after, source = changed_table(items)
    found = catalogue.changed(after, source)
    anew = LocalCatalogue.build(model, after)
    rows = torch.arange(len(after))
    torch.testing.assert_close(found.vectors(rows), anew.vectors(rows))
    for text in ("price < 40", "colour = red"):
        allowed, conditions = allowed_items(after, [text]), read_conditions([text])
        for category in range(4):
            check(found, after, category, 100, allowed, conditions)
            check(found, after, category, 100, every(after))
