from __future__ import annotations

import copy

import pandas as pd
import pytest
import torch
from fashiongraph.retrieval.item_encoder import ItemEncoder
from fashiongraph.retrieval.memory_parts import companions

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.retrieval import CatalogueStates, complete

OUTFITS = (["item3"], ["item3", "item30"], ["item1", "item8", "item13", "item8"])


def by_brute_force(model, outfit, items, slots, k):
    """Score the outfit with every item of each slot, by eq. A8."""
    model, rows = copy.deepcopy(model), []
    model.pool = None
    for slot in slots:
        names = [
            str(name)
            for name, category in zip(items.ids, items.category_id.tolist(), strict=True)
            if items.categories[category] == slot and name not in outfit
        ]
        score = score_outfits(model, Outfits.from_lists(items, [[*outfit, n] for n in names]))
        ranked = sorted(zip(score.tolist(), names, strict=True), reverse=True)[:k]
        rows += [(name, slot, rank, s) for rank, (s, name) in enumerate(ranked, start=1)]
    frame = pd.DataFrame(rows, columns=["item_id", "category", "rank", "score"])
    return frame.sort_values("score", ascending=False, ignore_index=True)


def assert_same(got, expected):
    assert got[["item_id", "category", "rank"]].to_dict("records") == expected[
        ["item_id", "category", "rank"]
    ].to_dict("records")
    # A score near 0 is a sum of parts that are not.
    assert got["score"].tolist() == pytest.approx(expected["score"].tolist(), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("outfit", OUTFITS)
@pytest.mark.parametrize(("activation", "double"), [(None, False), ("sigmoid", True)])
def test_without_graph_a_short_list_is_exact(
    wardrobe, make_model, outfit, activation, double, choice
):
    model = make_model(num_steps=0, activation=activation, **choice)
    items = wardrobe.items
    model = model.double() if double else model
    slots = items.categories
    expected = by_brute_force(model, outfit, items, slots, 2)
    assert_same(complete(model, outfit, items, k=2, shortlist=2), expected)
    assert_same(complete(model, outfit, items, slots, k=2, shortlist=None), expected)


@pytest.mark.parametrize("outfit", OUTFITS)
@pytest.mark.parametrize("num_steps", [1, 2])
def test_with_graph_every_item_is_asked(wardrobe, make_model, outfit, num_steps, choice):
    model, items = make_model(num_steps=num_steps, **choice), wardrobe.items
    slots = ["category2", "category0"]
    expected = by_brute_force(model, outfit, items, slots, 4)
    assert_same(complete(model, outfit, items, slots, k=4, shortlist=None), expected)
    # A short list that holds every item of the slot is no short list.
    assert_same(complete(model, outfit, items, slots, k=4, shortlist=40), expected)


def test_with_graph_the_short_list_is_that_without(wardrobe, make_model, choice):
    items, own = wardrobe.items, wardrobe.items.rows(OUTFITS[1])
    model = make_model(**choice)
    bare = make_model(num_steps=0, **{**choice, "use_pairs": False})
    bare.load_state_dict(model.state_dict(), strict=False)
    found = complete(model, OUTFITS[1], items, ["category1"], k=3, shortlist=3)
    candidates = set(complete(bare, OUTFITS[1], items, ["category1"], k=3)["item_id"])
    candidates |= set(items.ids[companions(ItemEncoder(model, items), own).numpy()])
    ranked = by_brute_force(model, OUTFITS[1], items, ["category1"], len(items))
    expected = ranked[ranked["item_id"].isin(candidates)].head(3).reset_index(drop=True)
    assert_same(found, expected.assign(rank=[1, 2, 3]))


def test_rounded_states_still_give_the_exact_answer(make_model, choice):
    """Candidates so alike that half precision cannot tell them apart."""
    rng = torch.Generator().manual_seed(0)
    features = torch.randn(1, 8, generator=rng) + 1e-4 * torch.randn(300, 8, generator=rng)
    items = ItemTable.from_lists([f"i{i}" for i in range(300)], ["category0"] * 300, features)
    model = make_model(num_steps=0, **choice).double()
    states = CatalogueStates.build(model, items, dtype=torch.float16)
    expected = complete(model, ["i0"], items, k=5, shortlist=None)
    assert_same(complete(model, ["i0"], items, k=5, shortlist=5, states=states), expected)


def test_states_are_encoded_once(wardrobe, make_model, tmp_path):
    model, items = make_model(), wardrobe.items
    fresh = complete(model, OUTFITS[1], items, k=3)
    for states in (
        CatalogueStates.build(model, items),
        CatalogueStates.build(model, items, tmp_path / "s"),
    ):
        pd.testing.assert_frame_equal(complete(model, OUTFITS[1], items, k=3, states=states), fresh)
    assert fresh.groupby("category").size().max() == 3
    assert set(fresh["category"]) == set(items.categories)


def test_slots_without_candidates_are_empty(wardrobe, make_model):
    items = wardrobe.items
    everyone = ItemTable(items.ids, items.category_id, [*items.categories, "hat"], items.features)
    model = make_model()
    found = complete(model, ["item3"], everyone, ["hat"])
    assert list(found.columns) == ["item_id", "category", "rank", "score"]
    assert len(found) == 0
    assert len(complete(model, ["item3"], everyone, [], shortlist=None)) == 0
    twice = complete(model, ["item3"], everyone, ["category1", "category1", "hat"], k=1)
    assert len(twice) == 1


def test_categories_that_the_model_does_not_know(wardrobe, make_model):
    items = wardrobe.items
    renamed = ItemTable(items.ids, items.category_id, ["a", "b", "c", "d", "e"], items.features)
    model = make_model()
    with pytest.raises(FashionGraphError, match="pass unknown='default'"):
        complete(model, ["item3"], renamed)
    assert len(complete(model, ["item3"], renamed, ["c"], k=1, unknown="default")) == 1


@pytest.mark.parametrize(
    ("outfit", "options", "message"),
    [
        ("item1", {}, r"'outfit' needs a list of identifiers \(got 'item1'\)"),
        (["item1"], {"slots": "category0"}, r"'slots' needs a list of .*\(got 'category0'\)"),
        ([], {}, "'outfit' needs at least one item"),
        (["nobody"], {}, r"known items \(got 'nobody'\)"),
        (["item1"], {"slots": ["cape"]}, r"such as category0, .* \(got 'cape'\)"),
        (["item1"], {"k": 0}, r"'k' needs to be a positive integer \(got 0\)"),
        (["item1"], {"shortlist": 9}, r"'shortlist' needs to be at least k, 10 \(got 9\)"),
    ],
)
def test_refuses_bad_input(wardrobe, make_model, outfit, options, message):
    with pytest.raises(FashionGraphError, match=message):
        complete(make_model(), outfit, wardrobe.items, **options)


@pytest.mark.parametrize("use_graph", [False, True])
@pytest.mark.parametrize("shortlist", [None, 10])
def test_needs_features(wardrobe, make_model, use_graph, shortlist):
    bare = wardrobe.items.with_features(None)
    with pytest.raises(FashionGraphError, match="the 8 features that the model reads"):
        complete(make_model(use_graph=use_graph), ["item1"], bare, shortlist=shortlist)


def test_refuses_states_of_another_catalogue_or_model(wardrobe, make_model):
    model = make_model()
    few = ItemTable.from_lists(["a"], ["category0"], torch.randn(1, 8))
    with pytest.raises(FashionGraphError, match="one row per item, 40"):
        complete(model, ["item1"], wardrobe.items, states=CatalogueStates.build(model, few))
    other = CatalogueStates.build(make_model(), wardrobe.items)
    with pytest.raises(FashionGraphError, match="those of this model"):
        complete(model, ["item1"], wardrobe.items, states=other)
