from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    draw_item_retrieval,
    draw_questions,
    item_retrieval,
    score_outfits,
)
from fashiongraph.models import ADDGNN, BiLSTM, Siamese
from fashiongraph.models.heuristics import ItemPopularity

KS = (1, 2, 5)


@pytest.fixture
def questions(wardrobe):
    return draw_item_retrieval(wardrobe, seed=1, num_candidates=8)


def by_loop(model, questions, ks):
    """Mean hits by k, with each completed outfit scored alone."""
    hits = []
    for q, outfit in enumerate(questions.item_id.split(questions.ptr.diff().tolist())):
        position, number = int(questions.position[q]), int(questions.candidate_set[q])
        rest = [row for i, row in enumerate(outfit.tolist()) if i != position]
        first, last = questions.set_ptr[number : number + 2].tolist()
        scores = {}
        for candidate in questions.set_item_id[first:last].tolist():
            if candidate == int(outfit[position]) or candidate not in rest:
                rows = [*rest[:position], candidate, *rest[position:]]
                one = Outfits(questions.items, torch.tensor([0, len(rows)]), torch.tensor(rows))
                scores[candidate] = round(float(score_outfits(model, one)), 5)
        right = scores.pop(int(outfit[position]))
        rank = 1 + np.sum([score >= right for score in scores.values()])
        hits.append([rank <= k for k in ks])
    return np.mean(hits, axis=0)


@pytest.mark.parametrize("model", [ADDGNN, Siamese])
def test_equals_a_loop(wardrobe, questions, model):
    torch.manual_seed(0)
    net = model(wardrobe.items.num_features).eval()
    found = item_retrieval(net, questions, KS, batch_size=16)
    assert list(found) == ["R@1", "R@2", "R@5"]
    values = [result.value for result in found.values()]
    assert values == pytest.approx(by_loop(net, questions, KS))
    assert 0 < values[0] < values[-1] < 1
    assert all(result.low <= result.value <= result.high for result in found.values())
    chance = [float((k / questions.num_candidates).clamp(max=1).mean()) for k in KS]
    assert [result.chance for result in found.values()] == pytest.approx(chance)


def test_ties_count_against_the_model(wardrobe, questions, constant_scorer):
    found = item_retrieval(constant_scorer, questions, (1, 7, 20))
    assert found["R@1"].value == 0.0
    assert found["R@20"].value == found["R@20"].chance == 1.0
    popular = ItemPopularity(wardrobe.frequency)
    assert item_retrieval(popular, questions, KS)["R@2"].value == pytest.approx(
        by_loop(popular, questions, KS)[1]
    )


def test_other_items_of_the_outfit_are_no_candidates(wardrobe):
    pair = Outfits.from_lists(wardrobe.items, [["item0", "item1"]])
    same = wardrobe.items.category_id == wardrobe.items.category_id[0]
    rows = same.nonzero().flatten()[:2]
    pair = Outfits(wardrobe.items, torch.tensor([0, 2]), rows)
    one = draw_item_retrieval(pair, num_candidates=2, position=torch.tensor([0]))
    assert sorted(one.set_item_id.tolist()) == rows.tolist()
    constant = lambda batch: torch.zeros(batch.num_graphs)  # noqa: E731
    assert item_retrieval(constant, one, (1,))["R@1"].value == 1.0


def test_models_whose_candidates_interact(wardrobe, questions):
    net = BiLSTM(wardrobe.items.num_features).eval()
    few = questions.select(torch.arange(6))
    both = item_retrieval(net, few, KS), item_retrieval(net, few, KS, batch_size=1)
    assert both[0] == both[1]


def test_bad_arguments(questions, wardrobe, constant_scorer):
    with pytest.raises(FashionGraphError, match="needs the kind 'cir'"):
        item_retrieval(constant_scorer, draw_questions(wardrobe, "fitb"))
    with pytest.raises(FashionGraphError, match="at least one question"):
        item_retrieval(constant_scorer, questions.select(torch.arange(0)))
    with pytest.raises(ValueError, match="'k' needs to be a positive"):
        item_retrieval(constant_scorer, questions, (0,))
    with pytest.raises(ValueError, match="numbers .got NaN"):
        item_retrieval(lambda batch: torch.full((batch.num_graphs,), torch.nan), questions)
