from __future__ import annotations

from itertools import combinations

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.heuristics import PairCooccurrence


def pairs(outfit):
    """Unordered pairs of an outfit's items, one that is worn twice with itself too."""
    return [tuple(sorted(pair)) for pair in combinations(outfit, 2)]


def test_scores_match_a_loop_over_sets(wardrobe):
    train, test = wardrobe.select(slice(0, 40)), wardrobe.select(slice(40, 60))
    lists = [part.tolist() for part in train.item_id.split(train.sizes.tolist())]
    known = {pair for outfit in lists for pair in pairs(outfit)}
    expected = []
    for items in test.item_id.split(test.sizes.tolist()):
        own = pairs(items.tolist())
        expected.append(sum(pair in known for pair in own) / max(len(own), 1))
    baseline = PairCooccurrence.from_outfits(train)
    assert len(baseline.keys) == len(known)
    score = score_outfits(baseline, test)
    assert score.tolist() == pytest.approx(expected)
    assert any(0 < share < 1 for share in expected)
    assert score_outfits(baseline, test, batch_size=1).tolist() == pytest.approx(expected)


def test_training_outfits_are_remembered_whole(wardrobe):
    score = score_outfits(PairCooccurrence.from_outfits(wardrobe), wardrobe)
    assert score.tolist() == (wardrobe.sizes > 1).float().tolist()


def test_hard_cases(wardrobe):
    batcher = OutfitBatcher(wardrobe.items)
    baseline = PairCooccurrence.from_outfits(wardrobe)
    assert baseline(batcher(wardrobe.select([]))).shape == (0,)
    nothing = PairCooccurrence.from_outfits(wardrobe.select([]))
    assert nothing(batcher(wardrobe)).tolist() == [0.0] * len(wardrobe)


def test_answers_questions(wardrobe):
    baseline = PairCooccurrence.from_outfits(wardrobe)
    paired = wardrobe.select(wardrobe.sizes > 1)
    assert compatibility(baseline, draw_questions(paired, "compatibility", "uniform")).value > 0.7
    assert fill_in_blank(baseline, draw_questions(paired, "fitb", "uniform")).value > 0.5


def test_refuses_items_of_another_table():
    def outfits(num_items, items):
        names = [str(i) for i in range(num_items)]
        table = ItemTable.from_lists(names, ["top"] * num_items)
        return Outfits(table, torch.tensor([0, 2]), torch.tensor(items))

    baseline = PairCooccurrence.from_outfits(outfits(10, [3, 5]))
    other = outfits(30, [1, 25])  # 1 * 10 + 25 is the key of 3 and 5
    with pytest.raises(FashionGraphError, match=r"items of the table of 10 that was counted"):
        baseline(OutfitBatcher(other.items)(other))
