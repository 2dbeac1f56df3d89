from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import draw_questions, spoiler
from fashiongraph.models import ADDGNN, OutfitModel, Siamese


@pytest.fixture
def questions(wardrobe):
    return draw_questions(
        wardrobe.with_frequency(), "fitb", "same_category", seed=3, num_candidates=2
    )


def by_loop(value, questions):
    """Hits, fractional hits and chance, outfit by outfit, for item scores by row of the table."""
    hits, shares, chances = [], [], []
    for q, outfit in enumerate(questions.item_id.split(questions.ptr.diff().tolist())):
        if len(outfit) < 3:
            continue
        rows, position = outfit.tolist(), int(questions.position[q])
        rows[position] = int(questions.candidates[q, 1 - questions.answer[q]])
        scores = np.array([float(value[row]) for row in rows])
        lowest = scores == scores.min()
        hits.append(lowest[position] and lowest.sum() == 1)
        shares.append(lowest[position] / lowest.sum())
        chances.append(1 / len(rows))
    return np.mean(hits), np.mean(shares), np.mean(chances), len(hits)


class Lookup(OutfitModel):
    """An item scores what a table holds, whatever its outfit."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, batch):
        return torch.zeros(batch.num_graphs)

    def item_scores(self, batch):
        return self.value[batch.item_id]


@pytest.mark.parametrize("levels", [1, 3, 1000])
def test_equals_a_loop(wardrobe, questions, levels):
    value = torch.from_numpy(np.random.default_rng(0).integers(levels, size=len(wardrobe.items)))
    found = spoiler(Lookup(value), questions, batch_size=7)
    hit, share, chance, count = by_loop(value, questions)
    assert found.num_questions == count < len(questions)
    assert (found.value, found.fractional) == pytest.approx((hit, share))
    assert found.chance == pytest.approx(chance)
    assert found.low <= found.value <= found.high


def test_equal_scores_are_wrong(questions, constant_scorer):
    found = spoiler(constant_scorer, questions)
    assert found.value == 0.0
    assert found.fractional == pytest.approx(found.chance)


def test_knowing_the_negative_names_it(wardrobe, perfect_scorer):
    once = wardrobe.select(wardrobe.sizes > 2)
    questions = draw_questions(once, "fitb", "uniform", num_candidates=2)

    class Perfect(OutfitModel):
        def item_scores(self, batch):
            asked = batch.ptr[:-1] + position[: batch.num_graphs]
            return torch.ones(len(batch.batch)).index_fill(0, asked, 0.0)

    position = questions.position
    assert spoiler(Perfect(), questions, batch_size=len(questions)).value == 1.0


@pytest.mark.parametrize("model", [ADDGNN, Siamese])
def test_models_are_scored_in_batches(wardrobe, questions, model):
    torch.manual_seed(0)
    net = model(wardrobe.items.num_features)
    assert spoiler(net, questions, batch_size=5) == spoiler(net, questions, batch_size=500)


def test_a_model_of_one_score_per_outfit(wardrobe, questions):
    """Leave-one-out of a sum is the item's own term."""
    value = torch.randn(len(wardrobe.items), generator=torch.Generator().manual_seed(0)).double()
    total = lambda batch: value.new_zeros(batch.num_graphs).index_add_(  # noqa: E731
        0, batch.batch, value[batch.item_id]
    )
    assert spoiler(total, questions).value == pytest.approx(by_loop(value, questions)[0])


def test_refuses_questions_without_a_spoiler(wardrobe, questions, constant_scorer):
    pairs = Outfits.from_lists(wardrobe.items, [["item1", "item2"], ["item3", "item4"]])
    small = draw_questions(pairs, "fitb", num_candidates=2)
    with pytest.raises(FashionGraphError, match="an outfit of 3 items .got none of 2"):
        spoiler(constant_scorer, small)
    answers = questions.candidates.gather(1, questions.answer.unsqueeze(1))
    alone = replace(questions, candidates=answers, answer=torch.zeros_like(questions.answer))
    with pytest.raises(FashionGraphError, match="needs a distractor beside each"):
        spoiler(constant_scorer, alone)
    with pytest.raises(FashionGraphError, match="needs the kind 'fitb'"):
        spoiler(constant_scorer, draw_questions(wardrobe, "compatibility"))


def test_refuses_scores_of_another_shape(questions):
    class Wrong(OutfitModel):
        def item_scores(self, batch):
            return torch.zeros(3)

    with pytest.raises(FashionGraphError, match="one score per item"):
        spoiler(Wrong(), questions)
