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
    """Unordered pairs of the items of an outfit, also of a repeated item with itself."""
    return [tuple(sorted(pair)) for pair in combinations(outfit, 2)]


def test_scores_match_a_loop_over_sets(wardrobe):
    train, test = wardrobe.select(slice(0, 40)), wardrobe.select(slice(40, 60))
    lists = [ids.tolist() for ids in train.item_id.split(train.sizes.tolist())]
    known = {pair for outfit in lists for pair in pairs(outfit)}
    expected = []
    for items in test.item_id.split(test.sizes.tolist()):
        outfit_pairs = pairs(items.tolist())
        expected.append(sum(pair in known for pair in outfit_pairs) / max(len(outfit_pairs), 1))
    baseline = PairCooccurrence.from_outfits(train)
    assert len(baseline.keys) == len(known)
    score = score_outfits(baseline, test)
    assert score.tolist() == pytest.approx(expected)
    assert any(0 < share < 1 for share in expected)
    assert score_outfits(baseline, test, batch_size=1).tolist() == pytest.approx(expected)


def test_training_outfits_score_one(wardrobe):
    score = score_outfits(PairCooccurrence.from_outfits(wardrobe), wardrobe)
    assert score.tolist() == (wardrobe.sizes > 1).float().tolist()


def test_empty_batch_and_empty_training_set(wardrobe):
    batcher = OutfitBatcher(wardrobe.items)
    baseline = PairCooccurrence.from_outfits(wardrobe)
    assert baseline(batcher(wardrobe.select([]))).shape == (0,)
    nothing = PairCooccurrence.from_outfits(wardrobe.select([]))
    assert nothing(batcher(wardrobe)).tolist() == [0.0] * len(wardrobe)


def test_evaluates_questions(wardrobe):
    baseline = PairCooccurrence.from_outfits(wardrobe)
    paired = wardrobe.select(wardrobe.sizes > 1)
    assert compatibility(baseline, draw_questions(paired, "compatibility", "uniform")).value > 0.7
    assert fill_in_blank(baseline, draw_questions(paired, "fitb", "uniform")).value > 0.5


def test_items_of_another_table_are_refused():
    def outfits(num_items, items):
        names = [str(i) for i in range(num_items)]
        table = ItemTable.from_lists(names, ["top"] * num_items)
        return Outfits(table, torch.tensor([0, 2]), torch.tensor(items))

    baseline = PairCooccurrence.from_outfits(outfits(10, [3, 5]))
    other = outfits(30, [1, 25])  # 1 * 10 + 25 is the key of 3 and 5
    with pytest.raises(FashionGraphError, match=r"'batch'.*table of 10.*row 25"):
        baseline(OutfitBatcher(other.items)(other))
