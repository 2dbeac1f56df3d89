from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.heuristics import NearestFeatures


def test_scores_match_a_loop_over_pairs(wardrobe):
    expected = []
    for items in wardrobe.item_id.split(wardrobe.sizes.tolist()):
        x = wardrobe.items.features[items].double().numpy()
        cosines = [
            x[i] @ x[j] / (np.linalg.norm(x[i]) * np.linalg.norm(x[j]))
            for i in range(len(x))
            for j in range(i)
        ]
        expected.append(np.mean(cosines) if cosines else 0.0)
    score = score_outfits(NearestFeatures(), wardrobe)
    assert score.tolist() == pytest.approx(expected, abs=1e-6)
    one_by_one = score_outfits(NearestFeatures(), wardrobe, batch_size=1)
    assert one_by_one.tolist() == pytest.approx(expected, abs=1e-6)


def test_features_of_each_node_do_as_well(wardrobe):
    score = NearestFeatures()(OutfitBatcher(wardrobe.items)(wardrobe))
    assert score.tolist() == pytest.approx(score_outfits(NearestFeatures(), wardrobe).tolist())


def test_hard_cases(wardrobe):
    assert NearestFeatures()(OutfitBatcher(wardrobe.items)(wardrobe.select([]))).shape == (0,)
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    with pytest.raises(FashionGraphError, match="needs features"):
        score_outfits(NearestFeatures(), bare)


def test_answers_questions(wardrobe):
    paired = wardrobe.select(wardrobe.sizes > 1)
    assert (
        0
        <= compatibility(
            NearestFeatures(), draw_questions(paired, "compatibility", "uniform")
        ).value
        <= 1
    )
    assert (
        0 <= fill_in_blank(NearestFeatures(), draw_questions(paired, "fitb", "uniform")).value <= 1
    )
