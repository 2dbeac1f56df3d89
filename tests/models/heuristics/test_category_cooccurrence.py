from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.heuristics import CategoryCooccurrence


@pytest.mark.parametrize("smoothing", [1.0, 0.3])
@pytest.mark.parametrize("grouped", [False, True])
def test_scores_match_a_loop_over_pairs(wardrobe, smoothing, grouped):
    lists = [part.tolist() for part in wardrobe.category_id.split(wardrobe.sizes.tolist())]
    count = [sum(c in one for one in lists) for c in range(5)]
    group = [0, 0, 1, 1, 1]  # of each category

    def both(i, j):
        return sum(one.count(i) > 1 if i == j else i in one and j in one for one in lists)

    def expected(g, h):
        if not grouped:
            return 1.0
        members = [[c for c in range(5) if group[c] == which] for which in (g, h)]
        together = sum(both(c, d) for c in members[0] for d in members[1])
        chance = math.prod(sum(count[c] for c in part) for part in members) / len(lists)
        return (together + smoothing) / (chance + smoothing)

    def lift(i, j):
        seen = both(i, j) + smoothing * expected(group[i], group[j])
        return math.log(seen / (count[i] * count[j] / len(lists) + smoothing))

    scores = []
    for one in lists:
        pairs = [(a, b) for a in range(len(one)) for b in range(len(one)) if a != b]
        scores.append(sum(lift(one[a], one[b]) for a, b in pairs) / max(len(pairs), 1))
    names = [["tops", "shoes"][group[c]] for c in wardrobe.items.category_id]
    columns = pd.DataFrame({"part": names})
    wardrobe = wardrobe.with_items(replace(wardrobe.items, columns=columns))
    batch = OutfitBatcher(wardrobe.items)(wardrobe)
    groups = "part" if grouped else None
    score = CategoryCooccurrence.from_outfits(wardrobe, smoothing, groups)(batch)
    assert score.tolist() == pytest.approx(scores, abs=1e-5)


def test_equal_categories_tie(wardrobe):
    items = wardrobe.items
    twins = torch.stack([(items.category_id == c).nonzero().flatten()[:2] for c in range(3)])
    outfits = Outfits(items, torch.tensor([0, 3, 6]), twins.T.reshape(-1))
    one, other = CategoryCooccurrence.from_outfits(wardrobe)(OutfitBatcher(items)(outfits))
    assert one == other


def test_another_vocabulary_is_translated(wardrobe):
    baseline = CategoryCooccurrence.from_outfits(wardrobe)
    turned = wardrobe.with_items(wardrobe.items.with_vocabulary(wardrobe.items.categories[::-1]))
    torch.testing.assert_close(score_outfits(baseline, turned), score_outfits(baseline, wardrobe))
    fewer = wardrobe.with_items(wardrobe.items.with_vocabulary(["category0"], "default"))
    with pytest.raises(FashionGraphError, match="no category"):
        score_outfits(baseline, fewer)
    assert score_outfits(baseline, fewer, unknown="default").isfinite().all()


def test_an_unknown_category_is_one_that_no_outfit_held(wardrobe):
    baseline = CategoryCooccurrence(category_graph(wardrobe.category_id, wardrobe.batch, 6))
    batch = OutfitBatcher(wardrobe.items)(wardrobe)
    known, scores = batch.category_id, []
    for stranger in (-1, 5):
        batch.category_id = torch.where(known == 2, stranger, known)
        scores.append(baseline(batch))
    torch.testing.assert_close(*scores)


def test_answers_questions(wardrobe):
    baseline = CategoryCooccurrence.from_outfits(wardrobe)
    paired = wardrobe.select(wardrobe.sizes > 1).with_frequency()
    assert (
        0 <= compatibility(baseline, draw_questions(paired, "compatibility", "uniform")).value <= 1
    )
    same = fill_in_blank(baseline, draw_questions(paired, "fitb", "same_category"))
    assert same.value < same.fractional  # all candidates of one category tie
