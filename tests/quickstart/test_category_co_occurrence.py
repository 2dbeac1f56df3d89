from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.data.outfits import Outfits
from fashiongraph.quickstart.category_co_occurrence import CategoryCoOccurrence


def test_scores_match_a_loop_over_pairs(wardrobe: Outfits) -> None:
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    held = [set(part.tolist()) for part in wardrobe.category_id.split(wardrobe.sizes.tolist())]
    lists = [part.tolist() for part in wardrobe.category_id.split(wardrobe.sizes.tolist())]
    count = [sum(c in one for one in held) for c in range(5)]

    def lift(i: int, j: int) -> float:
        both = sum(one.count(i) > 1 if i == j else i in one and j in one for one in lists)
        share = (count[j] + 1) / (len(lists) + 5)
        return math.log((both + 1) / (count[i] + 5) / share)

    expected = []
    for one in lists:
        pairs = [(a, b) for a in range(len(one)) for b in range(len(one)) if a != b]
        expected.append(sum(lift(one[a], one[b]) for a, b in pairs) / max(len(pairs), 1))
    score = CategoryCoOccurrence(graph, len(wardrobe))(OutfitBatcher(wardrobe.items)(wardrobe))
    assert score.tolist() == pytest.approx(expected, abs=1e-5)


def test_equal_categories_tie(wardrobe: Outfits) -> None:
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    items = wardrobe.items
    twins = torch.stack([(items.category_id == c).nonzero().flatten()[:2] for c in range(3)])
    outfits = Outfits(items, torch.tensor([0, 3, 6]), twins.T.reshape(-1))
    one, other = CategoryCoOccurrence(graph, len(wardrobe))(OutfitBatcher(items)(outfits))
    assert one == other
