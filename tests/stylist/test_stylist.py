"""Scores, explanations and suggestions against brute force, for models of every kind."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch

from fashiongraph.data import Outfits, split
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.stylist import Stylist


def first(outfits, index=0):
    rows = outfits.item_id[outfits.ptr[index] : outfits.ptr[index + 1]]
    return [str(one) for one in outfits.items.ids[rows.numpy()]]


def score_of(stylist, items):
    return stylist.score([items]).frame["score"].iloc[0]


def test_scores_are_calibrated_probabilities(stylist, outfits):
    chosen = outfits.select(range(20))
    frame = stylist.score([first(chosen, i) for i in range(20)]).frame
    calibration = stylist.catalogue.calibration
    raw = score_outfits(stylist.catalogue.model, chosen)
    np.testing.assert_allclose(frame["raw"], raw, rtol=1e-5, atol=1e-6)
    expected = 100 / (1 + np.exp(-(calibration.slope * raw.numpy() + calibration.offset)))
    np.testing.assert_allclose(frame["score"], expected, rtol=1e-4)
    assert frame["percentile"].between(0, 100).all()
    train = split(outfits, seed=0)[0]
    seen = {frozenset(first(train, i)) for i in range(len(train))}
    known = [frozenset(first(chosen, i)) in seen for i in range(20)]
    assert frame["in_training"].tolist() == known
    assert 0 < sum(known) < 20


def test_an_outfit_of_one_item_has_no_score(siamese, outfits):
    item = str(outfits.items.ids[0])
    answer = siamese.score([[item], first(outfits)])
    assert np.isnan(answer.frame["score"].iloc[0])
    assert answer.to_dict()["rows"][0]["score"] is None
    assert siamese.score([[item]]).sentence == "An outfit of one item has no score."
    assert siamese.score([]).frame.empty


def test_shares_add_up_to_the_log_odds(stylist, outfits):
    items = first(outfits, 3)
    answer = stylist.explain(items)
    frame = answer.frame
    log_odds = np.log(score_of(stylist, items) / (100 - score_of(stylist, items)))
    assert frame["share"].sum() == pytest.approx(log_odds, rel=1e-3, abs=1e-3)
    assert frame["wrong"].sum() == pytest.approx(1)
    assert frame["wrong"].is_monotonic_decreasing
    for _, row in frame.iterrows():
        rest = [one for one in items if one != row["item_id"]]
        assert row["without"] == pytest.approx(score_of(stylist, rest), rel=1e-3)
    assert ("pairs" in answer.terms) == stylist.catalogue.model.has_pair_scores
    if "pairs" in answer.terms:
        pairs = answer.terms["pairs"]
        assert len(pairs) == len(items) * (len(items) - 1) / 2
        assert pairs["score"].is_monotonic_increasing


def candidates_of(table, category, outfit, qualifies):
    return [
        str(table.ids[row])
        for row in range(len(table))
        if table.category_id[row] == category
        and str(table.ids[row]) not in outfit
        and qualifies(table.columns["price"].iloc[row])
    ]


def test_stand_ins_equal_brute_force(stylist, outfits):
    items, table = first(outfits, 5), outfits.items
    answer = stylist.swap(items, item=items[1], k=4, where=["price < 60"])
    category = table.category_id[table.rows([items[1]])]
    candidates = candidates_of(table, category, items, lambda price: price < 60)
    scores = {one: score_of(stylist, [items[0], one, *items[2:]]) for one in candidates}
    best = sorted(scores, key=scores.get, reverse=True)[:4]
    np.testing.assert_allclose(answer.frame["score"], [scores[one] for one in best], rtol=1e-3)
    assert set(answer.frame["replaces"]) == {items[1]}
    before = score_of(stylist, items)
    np.testing.assert_allclose(answer.frame["gain"], answer.frame["score"] - before, atol=1e-2)


def test_without_an_item_the_least_fitting_one_is_replaced(siamese, outfits):
    items = first(outfits, 7)
    worst = siamese.explain(items).frame["item_id"].iloc[0]
    assert set(siamese.swap(items).frame["replaces"]) == {worst}


def test_improving_swaps_until_nothing_gains(stylist, outfits):
    items = first(outfits, 6)
    answer = stylist.improve(items, where=["price < 70"])
    before = score_of(stylist, items)
    if answer.frame.empty:
        assert "No swap improves" in answer.sentence
        return
    assert (answer.frame["gain"] >= 1).all() and answer.frame["score"].is_monotonic_increasing
    (left,) = answer.outfits
    assert answer.frame["score"].iloc[-1] == pytest.approx(score_of(stylist, left), rel=1e-3)
    assert before < answer.frame["score"].iloc[-1]
    again = stylist.improve(left, where=["price < 70"])
    assert again.frame.empty
    assert sorted(outfits.items.category_id[outfits.items.rows(left)]) == sorted(
        outfits.items.category_id[outfits.items.rows(items)]
    )


def test_completions_equal_brute_force_under_constraints(stylist, outfits):
    items, table = first(outfits, 2)[:2], outfits.items
    slot = table.categories[0]
    frame = stylist.complete(items, [slot], k=3, unless=["price >= 50"]).frame
    candidates = candidates_of(table, 0, items, lambda price: price < 50)
    scores = {one: score_of(stylist, [*items, one]) for one in candidates}
    assert set(frame["item_id"]) <= set(candidates)
    assert frame["score"].is_monotonic_decreasing
    for _, row in frame.iterrows():
        assert row["score"] == pytest.approx(scores[row["item_id"]], rel=1e-3)
    if stylist.catalogue.model.has_exact_query:
        best = sorted(scores.values(), reverse=True)[:3]
        np.testing.assert_allclose(frame["score"], best, rtol=1e-3)


def test_composed_outfits_keep_seed_categories_and_constraints(stylist, outfits):
    seed = first(outfits, 4)[:1]
    answer = stylist.compose(seed, n=3, where=["price < 90"], once=True)
    assert 0 < len(answer.outfits) <= 3
    sets = {tuple(sorted(outfits.category_id[a:b].tolist())) for a, b in ranges(outfits)}
    added = [item for outfit in answer.outfits for item in outfit if item not in seed]
    assert len(set(added)) == len(added)
    for outfit, score in zip(answer.outfits, answer.frame["score"], strict=True):
        assert outfit[: len(seed)] == seed
        rows = outfits.items.rows(outfit)
        prices = outfits.items.columns["price"].iloc[rows[len(seed) :].numpy()]
        assert (prices < 90).all()
        assert tuple(sorted(outfits.items.category_id[rows].tolist())) in sets
        assert score == pytest.approx(score_of(stylist, outfit), rel=1e-3)
    assert answer.frame["score"].is_monotonic_decreasing
    assert answer.to_dict()["outfits"] == [list(one) for one in answer.outfits]


def ranges(outfits):
    return itertools.pairwise(outfits.ptr.tolist())


def test_a_wide_beam_finds_the_best_outfit(siamese, outfits):
    table = outfits.items
    slots = [table.categories[1], table.categories[2]]
    seed = [str(table.ids[int((table.category_id == 0).nonzero()[0])])]
    answer = siamese.compose(seed, n=5, slots=slots, diversity=0.0)
    first_slot = [str(one) for one in table.ids[(table.category_id == 1).numpy()]]
    second_slot = [str(one) for one in table.ids[(table.category_id == 2).numpy()]]
    every = [[*seed, one, two] for one in first_slot for two in second_slot]
    best = siamese.score(every).frame["score"].max()
    assert answer.frame["score"].iloc[0] == pytest.approx(best, rel=0.02)


def test_from_nothing_and_repeatable(siamese):
    runs = [siamese.compose(n=2, random_seed=seed).outfits for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


def test_impossible_wishes_get_a_short_answer(siamese, outfits):
    items = first(outfits)
    nothing = {"where": ["price > 1000000"]}
    assert siamese.swap(items, **nothing).frame.empty
    assert siamese.complete(items, **nothing).sentence == "No item qualifies."
    assert siamese.compose(items[:1], **nothing).sentence == "No outfit qualifies."
    few = siamese.compose(items[:1], n=3, slots=[outfits.items.categories[0]], where=["price < 2"])
    assert len(few.outfits) < 3


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda s, o: s.score([["nothing"]]), "'nothing'"),
        (lambda s, o: s.score([o[0]]), "needs a list of identifiers"),
        (lambda s, o: s.score([[]]), "needs an item in each outfit"),
        (lambda s, o: s.explain(o[:1]), "needs 2 items or more"),
        (lambda s, o: s.explain([o[0], o[0]]), "needs different items"),
        (lambda s, o: s.swap(o, item="nothing"), "'item' needs to be one of the outfit"),
        (lambda s, o: s.swap(o, k=0), "'k' needs to be a positive"),
        (lambda s, o: s.swap(o, diversity=1.0), "'diversity' needs to lie in"),
        (lambda s, o: s.swap(o, where=["prise < 3"]), "'where' needs a column among"),
        (lambda s, o: s.complete([]), "needs 1 items or more"),
        (lambda s, o: s.complete(o, ["wings"]), "'slots' needs categories"),
        (lambda s, o: s.compose(o, slots=["wings"]), "'slots' needs categories"),
        (lambda s, o: s.compose(o, slots=[]), "'slots' needs at least one"),
        (lambda s, o: s.compose(n=0), "'n' needs to be a positive"),
        (lambda s, o: s.compose(exclude=["nothing"]), "'nothing'"),
    ],
)
def test_bad_input_is_named(siamese, outfits, ask, message):
    with pytest.raises(FashionGraphError, match=message):
        ask(siamese, first(outfits))


def test_a_catalogue_without_outfits_needs_slots(siamese, outfits):
    catalogue = siamese.catalogue
    bare = Stylist(catalogue.model, outfits.items, calibration=catalogue.calibration)
    with pytest.raises(FashionGraphError, match="'slots' needs categories, since"):
        bare.compose()
    everything = Outfits.from_lists(outfits.items, [first(outfits)])
    one = Stylist(catalogue.model, outfits.items, everything, calibration=catalogue.calibration)
    with pytest.raises(FashionGraphError, match="'slots' needs categories, since"):
        one.compose(first(outfits))


def test_a_model_needs_a_calibration(outfits, trained):
    model, calibration = trained("siamese")
    with pytest.raises(FashionGraphError, match="'calibration' is needed"):
        Stylist(model, outfits.items)
    model.calibration = calibration.to_dict()
    try:
        assert Stylist(model, outfits.items).catalogue.calibration == calibration
    finally:
        model.calibration = None


def test_pages_show_every_item_and_escape_text(siamese, outfits, tmp_path):
    items = first(outfits, 1)
    for number, answer in enumerate(
        (siamese.explain(items), siamese.swap(items), siamese.compose(items[:1], n=2))
    ):
        page = tmp_path / f"{number}.html"
        answer.to_html(page)
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert all(one in text for panel in answer.panels for one in panel.items)
        json.dumps(answer.to_dict())
    assert torch.equal(siamese.catalogue.rows(items), outfits.items.rows(items))


def test_training_outfits_are_scored_without_their_own_counts(stylist, outfits):
    worn = [first(outfits, i) for i in range(20)]
    plain, answer = stylist.score(worn), stylist.score(worn, leave_out=True)
    seen, model = plain.frame["in_training"].to_numpy(), stylist.catalogue.model
    assert answer.frame["in_training"].tolist() == seen.tolist()
    same = answer.frame["raw"] == plain.frame["raw"]
    assert same[~seen].all()
    assert same[seen].all() == (not model.batch_inputs)
    assert type(model).__name__ in answer.sentence or "without their own" in answer.sentence
    assert [", in training" in panel.verdict for panel in plain.panels] == seen.tolist()


def test_slots_are_ranked_by_scores_and_nearest_vectors(trained, outfits):
    model, calibration = trained("plus")
    catalogue = Stylist(model, outfits.items, outfits, calibration=calibration).catalogue
    rows = catalogue.rows(first(outfits, 2))
    slot = torch.nonzero(outfits.items.category_id == outfits.items.category_id[rows[-1]]).flatten()
    every = catalogue.best(rows[:-1], slot, len(slot))
    score = catalogue.scorer(rows[:-1], slot)
    assert every.tolist() == slot[score.argsort(descending=True, stable=True)].tolist()
    worn = catalogue.scorer.co_occurring(rows[:-1])
    nearest, _ = catalogue.states.nearest(catalogue.scorer.query(rows[:-1])[0], slot, 3)
    vectors = catalogue.scorer.embed(slot) @ catalogue.scorer.query(rows[:-1])[0]
    assert nearest.tolist() == slot[vectors.topk(3).indices].tolist()
    assert len(worn) > 0
