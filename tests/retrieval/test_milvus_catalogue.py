from __future__ import annotations

import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.data.conditions import allowed_items, read_conditions
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.retrieval import LocalCatalogue, MilvusCatalogue
from fashiongraph.retrieval.milvus_collection import MOST_RESULTS, MilvusCollection
from tests.retrieval.mixed_catalogue import WHERE, check, every, query_of, siamese, table

pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")


class Recorded(MilvusCollection):
    """A collection that keeps the filters and sizes of searches."""

    def search(self, query, filters, limit):
        self.asked.append((filters, limit))
        return super().search(query, filters, limit)


def recorded(catalogue):
    stored = catalogue.collection
    collection = Recorded(stored.client, stored.uri, stored.name)
    collection.asked = []
    return MilvusCatalogue(catalogue.scorer, collection, catalogue.columns)


@pytest.fixture(scope="module")
def items():
    return table(400)


@pytest.fixture(scope="module")
def catalogue(items, tmp_path_factory):
    place = tmp_path_factory.mktemp("milvus") / "shop.db"
    return MilvusCatalogue.build(siamese(), items, str(place))


@pytest.mark.parametrize("negated", [False, True], ids=["where", "unless"])
@pytest.mark.parametrize("text", WHERE)
def test_a_filter_finds_the_items_of_its_condition(catalogue, items, text, negated):
    names = {"unless" if negated else "where": [text]}
    (condition,) = read_conditions(**names)
    filters = catalogue.columns.filter(condition, items)
    assert bool(filters) == (condition.column != "mixed")
    if filters:
        filters = f"category is not null and {filters}"
        query = query_of(catalogue.size)
        found, _ = catalogue.collection.search(query, filters, MOST_RESULTS)
        expected = allowed_items(items, **names) & (items.category_id >= 0)
        assert sorted(found) == sorted(items.ids[expected.numpy()])


def test_a_search_under_conditions_is_one_search(catalogue, items):
    catalogue = recorded(catalogue)
    where = ["price < 60", "line in a, b"]
    allowed = allowed_items(items, where)
    allowed[:5] = False  # such as the items of the outfit
    catalogue.best(query_of(catalogue.size), 1, 10, allowed, read_conditions(where))
    ((filters, limit),) = catalogue.collection.asked
    assert filters == 'category == "top" and column0 < 60.0 and column5 in ["a", "b"]'
    assert limit < 30


def test_candidates_without_a_filter_are_named_where_results_do_not_suffice(catalogue, items):
    catalogue = recorded(catalogue)
    allowed = torch.zeros(400, dtype=torch.bool)
    allowed[::40] = True
    for category in range(4):
        catalogue.collection.asked.clear()
        check(catalogue, items, category, 2, allowed)
        assert len(catalogue.collection.asked) <= 4  # two for each of two searches


def test_columns_that_have_changed_are_left_to_the_table(items, tmp_path):
    place, model = str(tmp_path / "shop.db"), siamese()
    MilvusCatalogue.build(model, items, place)
    columns = items.columns.assign(
        price=items.columns["price"].sample(frac=1, random_state=0).values
    )
    columns["stock"] = columns["stock"].astype("Float64")  # the same numbers
    now = ItemTable(items.ids, items.category_id, items.categories, items.features,
                    columns.drop(columns="added"))  # fmt: skip
    catalogue = recorded(MilvusCatalogue.load(place, model, now))
    for where in (["price < 30"], ["price < 30", "stock > 3"]):
        catalogue.collection.asked.clear()
        for category in range(4):
            check(catalogue, now, category, 50, allowed_items(now, where), read_conditions(where))
        asked = " ".join(text for text, _ in catalogue.collection.asked)
        assert "column0" not in asked and ("column2 > 3.0" in asked) == (len(where) == 2)
    catalogue = MilvusCatalogue.load(place, model, now).changed(now, torch.arange(400))
    assert list(catalogue.columns.kinds) == list(now.columns) and catalogue.columns.kinds["price"]
    check(catalogue, now, 1, 50, allowed_items(now, where), read_conditions(where))


def test_all_items_are_replaced(items, tmp_path):
    model = siamese()
    catalogue = MilvusCatalogue.build(model, items, str(tmp_path / "shop.db"))
    ids = items.ids.to_series().add(" new")
    after = ItemTable(type(items.ids)(ids), items.category_id, items.categories,
                      items.features.flip(0), items.columns)  # fmt: skip
    found = catalogue.changed(after, torch.full((400,), -1))
    check(found, after, 1, 50, every(after))
    check(found.changed(items, torch.full((400,), -1)), items, 1, 50, every(items))


def test_items_of_another_job_are_an_error(items, tmp_path):
    place = str(tmp_path / "shop.db")
    catalogue = MilvusCatalogue.build(siamese(), items, place)
    MilvusCatalogue.build(siamese(), table(50, seed=7), place, overwrite=True)
    with pytest.raises(FashionGraphError, match="error of Milvus"):
        catalogue.vectors(torch.arange(300))
    catalogue = MilvusCatalogue.load(place, siamese(), table(50, seed=7))
    catalogue.collection.remove(["3 back\\slash"])  # by another process
    with pytest.raises(DataError, match="open it again"):
        catalogue.vectors(torch.arange(50))


def test_an_item_keeps_its_vector_under_another_name_or_with_other_columns(items, tmp_path):
    place, model = str(tmp_path / "shop.db"), siamese()
    ids = items.ids.to_series().replace({items.ids[1]: "renamed"})
    renamed = ItemTable(type(items.ids)(ids), items.category_id, items.categories,
                        items.features, items.columns)  # fmt: skip
    fewer = ItemTable(renamed.ids, items.category_id, items.categories,
                      items.features, items.columns[["price"]])  # fmt: skip
    catalogue = MilvusCatalogue.build(model, items, place)
    for after in (renamed, fewer, items):
        catalogue = catalogue.changed(after, torch.arange(400))
        check(catalogue, after, 2, 400, every(after))
        check(MilvusCatalogue.load(place, model, after), after, 2, 10, every(after))


def same_order(found, rows, products):
    """Compare rows by rank; those with equal products may change places."""
    group = torch.cat([torch.zeros(1), (products.diff() < -2e-5).cumsum(0)])[: len(rows)]
    full = group < group.max() if len(group) else group.bool()  # the last one may go on
    pairs, expected = (set(zip(group[full].tolist(), one[full].tolist(), strict=True))
                       for one in (found, rows))  # fmt: skip
    assert pairs == expected and len(found) == len(rows)


@pytest.mark.slow
def test_twenty_thousand_items_give_the_answers_of_mapped_files(tmp_path):
    items, model = table(20_000), siamese()
    stored = MilvusCatalogue.build(model, items, str(tmp_path / "shop.db"))
    LocalCatalogue.build(model, items, tmp_path / "shop")
    local = LocalCatalogue.load(tmp_path / "shop", model, items)
    one = torch.arange(20_000) % 997 == 0
    cases = [
        ([], every(items)),
        *(([text], allowed_items(items, [text])) for text in WHERE),
        (["price < 60", "line in a, b"], allowed_items(items, ["price < 60", "line in a, b"])),
        ([], one),
        (["price < 60"], allowed_items(items, ["price < 60"]) & one),
    ]
    for seed, (where, allowed) in enumerate(cases):
        query, conditions = query_of(stored.size, seed), read_conditions(where)
        for category in range(items.num_categories):
            for count in (10, 500):
                rows, products = local.best(query, category, count, allowed)
                found = stored.best(query, category, count, allowed, conditions)
                torch.testing.assert_close(found[1], products, rtol=1e-5, atol=1e-5)
                same_order(found[0], rows, products)
    everything = torch.arange(20_000)
    query = query_of(stored.size)
    rows, products = local.nearest(query, everything, 20_000)
    found = stored.nearest(query, everything, 20_000)
    assert sorted(found[0].tolist()) == everything.tolist()
    torch.testing.assert_close(found[1], products, rtol=1e-5, atol=1e-5)
