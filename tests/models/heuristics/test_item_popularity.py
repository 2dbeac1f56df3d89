from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.heuristics import ItemPopularity


def test_scores_match_a_loop_over_sets(wardrobe):
    train, test = wardrobe.select(slice(0, 40)), wardrobe.select(slice(40, 60))
    worn = [set(part.tolist()) for part in train.item_id.split(train.sizes.tolist())]
    expected = []
    for items in test.item_id.split(test.sizes.tolist()):
        logs = [math.log(1 + sum(item in one for one in worn)) for item in items.tolist()]
        expected.append(sum(logs) / len(logs))
    score = score_outfits(ItemPopularity.from_outfits(train), test)
    assert score.tolist() == pytest.approx(expected)


def test_hard_cases(wardrobe):
    baseline = ItemPopularity(torch.tensor([0, 3, 1]))
    batcher = OutfitBatcher(wardrobe.items)
    assert baseline(batcher(wardrobe.select([]))).shape == (0,)
    with pytest.raises(FashionGraphError, match="items of the table of 3 that was counted"):
        baseline(batcher(wardrobe))


def test_answers_questions(wardrobe):
    baseline = ItemPopularity.from_outfits(wardrobe)
    paired = wardrobe.select(wardrobe.sizes > 1)
    assert (
        0 <= compatibility(baseline, draw_questions(paired, "compatibility", "uniform")).value <= 1
    )
    assert 0 <= fill_in_blank(baseline, draw_questions(paired, "fitb", "uniform")).value <= 1
