from __future__ import annotations

import pandas as pd
import pytest
import torch
from torch_geometric.utils import scatter

from fashiongraph.data import (
    FillInBlank,
    ItemCooccurrence,
    ItemTable,
    add_item_cooccurrence,
    category_graph,
)
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_candidates
from fashiongraph.models import ADDGNN, CollocationNet, Ensemble
from fashiongraph.models.baselines import NGNN, BiLSTM, SetTransformer, Siamese, TypeAware
from fashiongraph.retrieval import LocalCatalogue, complete

MODELS = {
    "ADDGNN": lambda: ADDGNN(8, 6, 3, num_steps=1),
    "ADDGNN without graph": lambda: ADDGNN(8, 6, 3, num_steps=0),
    "Siamese": lambda: Siamese(8, 6),
    "CollocationNet": lambda: CollocationNet(8, 6),
    "TypeAware": lambda: TypeAware(8, 5, 6),
    "NGNN": lambda: NGNN(8, 5, 6),
    "BiLSTM": lambda: BiLSTM(8, 6),
    "SetTransformer": lambda: SetTransformer(8, 8),
    "Ensemble of ADDGNN": lambda: Ensemble.of(ADDGNN(8, 6, 3, num_steps=1), 2),
    "Ensemble of Siamese": lambda: Ensemble.of(Siamese(8, 6), 2),
}

OUTFITS = (["item3"], ["item3", "item30"], ["item1", "item8", "item13", "item8"])


def by_brute_force(model, outfit, items, slots, k):
    """The outfit with every item of each slot, as candidates of one question."""
    rows = []
    for slot in slots:
        names = [
            str(name)
            for name, category in zip(items.ids, items.category_id.tolist(), strict=True)
            if items.categories[category] == slot and name not in outfit
        ]
        question = FillInBlank(
            items,
            torch.tensor([0, len(outfit) + 1]),
            items.rows([*outfit, names[0]]),
            torch.tensor([len(outfit)]),
            items.rows(names).unsqueeze(0),
            torch.tensor([0]),
        )
        score = score_candidates(model, question)[0]
        ranked = sorted(zip(score.tolist(), names, strict=True), reverse=True)[:k]
        rows += [(name, slot, rank, s) for rank, (s, name) in enumerate(ranked, start=1)]
    frame = pd.DataFrame(rows, columns=["item_id", "category", "rank", "score"])
    return frame.sort_values("score", ascending=False, ignore_index=True)


def assert_same(got, expected):
    assert got[["item_id", "category", "rank"]].to_dict("records") == expected[
        ["item_id", "category", "rank"]
    ].to_dict("records")
    # A score near 0 is a sum of larger terms.
    assert got["score"].tolist() == pytest.approx(expected["score"].tolist(), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("outfit", OUTFITS)
@pytest.mark.parametrize(("activation", "double"), [(None, False), ("sigmoid", True)])
@pytest.mark.parametrize("norm", [None, "default"])
def test_an_exact_query_makes_a_shortlist_exact(
    wardrobe, make_model, outfit, activation, double, norm
):
    model, items = make_model(num_steps=0, activation=activation, norm=norm), wardrobe.items
    model = model.double() if double else model
    assert model.has_exact_query
    expected = by_brute_force(model, outfit, items, items.categories, 2)
    assert_same(complete(model, outfit, items, k=2, shortlist=2), expected)
    assert_same(complete(model, outfit, items, items.categories, k=2, shortlist=None), expected)


@pytest.mark.parametrize("outfit", OUTFITS)
@pytest.mark.parametrize("num_steps", [0, 1, 2])
def test_every_item_is_ranked_without_shortlist(
    wardrobe, make_model, outfit, num_steps, components
):
    model, items = make_model(num_steps=num_steps, **components), wardrobe.items
    slots = ["category2", "category0"]
    expected = by_brute_force(model, outfit, items, slots, 4)
    assert_same(complete(model, outfit, items, slots, k=4, shortlist=None), expected)
    # A shortlist as long as the slot.
    assert_same(complete(model, outfit, items, slots, k=4, shortlist=40), expected)


def test_a_shortlist_has_query_and_co_occurring_items(wardrobe, make_model, components):
    items, rows = wardrobe.items, wardrobe.items.rows(OUTFITS[1])
    model = make_model(**components)
    bare = make_model(num_steps=0, **{**components, "priors": []})
    bare.load_state_dict(model.state_dict(), strict=False)
    found = complete(model, OUTFITS[1], items, ["category1"], k=3, shortlist=3)
    candidates = set(complete(bare, OUTFITS[1], items, ["category1"], k=3)["item_id"])
    if len(model.priors):
        counts = ItemCooccurrence(model.graph, items)
        candidates |= set(items.ids[counts.co_occurring(rows.unique()).numpy()])
    ranked = by_brute_force(model, OUTFITS[1], items, ["category1"], len(items))
    expected = ranked[ranked["item_id"].isin(candidates)].head(3).reset_index(drop=True)
    assert_same(found, expected.assign(rank=[1, 2, 3]))


@pytest.mark.parametrize("norm", [None, "default"])
def test_half_precision_states_give_the_exact_result(make_model, norm):
    """Candidates that differ by less than half precision."""
    rng = torch.Generator().manual_seed(0)
    features = torch.randn(1, 8, generator=rng) + 1e-4 * torch.randn(300, 8, generator=rng)
    items = ItemTable.from_lists([f"i{i}" for i in range(300)], ["category0"] * 300, features)
    model = make_model(num_steps=0, norm=norm).double()
    states = LocalCatalogue.build(model, items, dtype=torch.float16)
    expected = complete(model, ["i0"], items, k=5, shortlist=None)
    assert_same(complete(model, ["i0"], items, k=5, shortlist=5, states=states), expected)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_completes(wardrobe, name):
    torch.manual_seed(0)
    model, items = MODELS[name](), wardrobe.items
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    model.graph = add_item_cooccurrence(graph, wardrobe)
    model.categories = items.categories
    model.eval()
    slots = ["category2", "category0"]
    expected = by_brute_force(model, OUTFITS[1], items, slots, 3)
    assert_same(complete(model, OUTFITS[1], items, slots, k=3, shortlist=None), expected)
    assert_same(complete(model, OUTFITS[1], items, slots, k=3, shortlist=40), expected)
    if model.has_exact_query:
        assert_same(complete(model, OUTFITS[1], items, slots, k=3, shortlist=3), expected)
    ranked = complete(model, OUTFITS[1], items, slots, k=3, shortlist=4)
    assert ranked["score"].is_monotonic_decreasing


def test_a_plain_function_completes(wardrobe):
    def similarity(batch):
        x = torch.nn.functional.normalize(batch.x, dim=-1)
        pair = (x[batch.edge_index[0]] * x[batch.edge_index[1]]).sum(dim=-1)
        return scatter(pair, batch.batch[batch.edge_index[0]], dim_size=batch.num_graphs)

    expected = by_brute_force(similarity, OUTFITS[1], wardrobe.items, ["category1"], 3)
    assert_same(complete(similarity, OUTFITS[1], wardrobe.items, ["category1"], k=3), expected)


def test_stored_states_are_not_encoded_again(wardrobe, make_model, tmp_path):
    model, items = make_model(), wardrobe.items
    fresh = complete(model, OUTFITS[1], items, k=3)
    for states in (
        LocalCatalogue.build(model, items),
        LocalCatalogue.build(model, items, tmp_path / "s"),
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


def test_unknown_categories(wardrobe, make_model):
    items = wardrobe.items
    renamed = ItemTable(items.ids, items.category_id, ["a", "b", "c", "d", "e"], items.features)
    model = make_model()
    with pytest.raises(FashionGraphError, match="'outfits'.*--unknown default"):
        complete(model, ["item3"], renamed)
    assert len(complete(model, ["item3"], renamed, ["c"], k=1, unknown="default")) == 1


@pytest.mark.parametrize(
    ("outfit", "options", "message"),
    [
        ("item1", {}, r"'outfit' needs a list of identifiers \(got 'item1'\)"),
        (["item1"], {"slots": "category0"}, r"'slots' needs a list of .*\(got 'category0'\)"),
        ([], {}, "'outfit' needs at least one item"),
        (["nobody"], {}, r"'ids'.*items of the table \(got 'nobody'\)"),
        (["item1"], {"slots": ["cape"]}, r"such as category0, .* \(got 'cape'\)"),
        (["item1"], {"k": 0}, r"'k' needs to be a positive integer \(got 0\)"),
        (["item1"], {"shortlist": 9}, r"'shortlist' needs to be at least k, 10 \(got 9\)"),
    ],
)
def test_invalid_arguments_are_refused(wardrobe, make_model, outfit, options, message):
    with pytest.raises(FashionGraphError, match=message):
        complete(make_model(), outfit, wardrobe.items, **options)


@pytest.mark.parametrize("num_steps", [0, 1])
@pytest.mark.parametrize("shortlist", [None, 10])
def test_needs_features(wardrobe, make_model, num_steps, shortlist):
    bare = wardrobe.items.with_features(None)
    with pytest.raises(FashionGraphError, match="'items'.*8 features"):
        complete(make_model(num_steps=num_steps), ["item1"], bare, shortlist=shortlist)


def test_states_of_others_are_refused(wardrobe, make_model):
    model = make_model()
    few = ItemTable.from_lists(["a"], ["category0"], torch.randn(1, 8))
    with pytest.raises(FashionGraphError, match="'states'.*40"):
        complete(model, ["item1"], wardrobe.items, states=LocalCatalogue.build(model, few))
    other = LocalCatalogue.build(make_model(), wardrobe.items)
    with pytest.raises(FashionGraphError, match="'states'.*this model"):
        complete(model, ["item1"], wardrobe.items, states=other)
