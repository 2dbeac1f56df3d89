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
from fashiongraph.retrieval import LocalCatalogue, MilvusCatalogue, complete, open_catalogue
from fashiongraph.retrieval.extended_catalogue import ExtendedCatalogue

SEED = 0
TEXTS = ["red", 'sa"id', "it's", "back\\slash", "new\nline\t", "ü ñ \u2028 衣", "a, b", "100%", "*"]


def frame(count, rng):
    """Columns of every type, each with missing values."""
    price = np.round(rng.random(count) * 100, 2)
    columns = pd.DataFrame(
        {
            "price": price,
            "narrow": price.astype(np.float32),
            "stock": pd.array(rng.integers(-3, 9, count), dtype="Int64"),
            "colour": rng.choice(np.array(TEXTS, dtype=object), count),
            "size (cm)": pd.array(rng.choice(["36", "38", "one size"], count), dtype="string"),
            "line": pd.Categorical(rng.choice(["a", "b", "c"], count)),
            "added": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(rng.integers(0, 10**6, count), unit="min"),
            "sale": pd.array(rng.random(count) < 0.5, dtype="boolean"),
            "mixed": rng.choice(np.array(["x", 3, 2.5], dtype=object), count),
        }
    )
    return columns.mask(pd.DataFrame(rng.random(columns.shape) < 0.1, columns=columns.columns))


def table(count, seed=SEED, num_features=8):
    rng = np.random.default_rng(seed)
    ids = [f"{i} {TEXTS[i % len(TEXTS)]}" for i in range(count)]
    names = rng.choice(["bag", "top", 'sh"oe', "häts"], count)
    features = torch.from_numpy(rng.standard_normal((count, num_features), dtype=np.float32))
    vocabulary = ["bag", "top", 'sh"oe', "häts", "empty"]
    items = ItemTable.from_lists(ids, names, features, frame(count, rng), vocabulary=vocabulary)
    category = items.category_id.clone()
    category[::17] = -1
    return ItemTable(items.ids, category, items.categories, features, items.columns)


def siamese(num_features=8):
    torch.manual_seed(SEED)
    return Siamese(num_features).eval()


@pytest.fixture(params=["local", "milvus"])
def build(request, tmp_path):
    """A function that stores a catalogue, and its place."""
    if request.param == "milvus":
        pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    place = str(tmp_path / ("shop.db" if request.param == "milvus" else "shop"))
    build = {"local": LocalCatalogue.build, "milvus": MilvusCatalogue.build}[request.param]
    return lambda model, items: (build(model, items, place), place)


def every(items):
    return torch.ones(len(items), dtype=torch.bool)


def query_of(size, seed=1):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


def brute_force(vectors, items, query, category, count, allowed):
    """Rows and products by a loop over all items, the best first."""
    found = [
        (float(np.dot(vectors[row].astype(np.float64), query)), row)
        for row in range(len(items))
        if items.category_id[row] == category and allowed[row]
    ]
    found.sort(reverse=True)
    return [row for _, row in found[:count]], [product for product, _ in found[:count]]


def check(catalogue, items, category, count, allowed, conditions=(), seed=1):
    vectors = catalogue.vectors(torch.arange(len(items))).numpy()
    query = query_of(vectors.shape[1], seed)
    expected = brute_force(vectors, items, query.double().numpy(), category, count, allowed)
    rows, products = catalogue.best(query, category, count, allowed, conditions)
    assert rows.tolist() == expected[0]
    assert products.tolist() == pytest.approx(expected[1], rel=1e-5, abs=1e-5)
    candidates = ((items.category_id == category) & allowed).nonzero().flatten().flip(0)
    rows, products = catalogue.nearest(query, candidates, count)
    assert rows.tolist() == expected[0]
    assert products.tolist() == pytest.approx(expected[1], rel=1e-5, abs=1e-5)


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


WHERE = [
    "price < 40",
    "price <= 12.5",
    "price > 1e-05",
    "price >= -1e3",
    "narrow < 50.25",
    "stock = 2",
    "stock != 2",
    "stock in -1, 2, 3.0, 77",
    "stock > -2",
    "added > 2025-06-01",
    "added <= 2026-01-01T12:30",
    "added != 2025-01-01",
    "sale = true",
    "sale != true",
    "sale in true, false",
    "line = a",
    "line in a, c",
    "size (cm) = 38",
    "size (cm) != one size",
    "mixed = x",
    "mixed != x",
    "category = bag",
    "category != top",
    'category in bag, "sh""oe"',
    "item_id != 0 red",
    "item_id in 0 red, 18 red",
    'colour in red, "a, b", *',
    *(f"colour {sign} {text}" for sign in ("=", "!=") for text in TEXTS if "\n" not in text),
]


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
    catalogue, place = build(model, items)
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
