from __future__ import annotations

import pytest
import torch

from fashiongraph.cli.negatives import scored
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    score_against_negatives,
)
from fashiongraph.evaluation import (
    score_outfits,
)
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import ADDGNN


def test_without_strangers_outfits_are_scored_as_they_are(wardrobe):
    assert scored(0, wardrobe, "uniform", "", 0) is score_outfits


def test_strangers_are_drawn_by_what_the_known_outfits_hold(wardrobe):
    torch.manual_seed(0)
    model, known, asked = (
        ADDGNN(8, 4, 2),
        wardrobe.select(range(20)),
        wardrobe.select(range(20, 60)),
    )
    sampler = negative_sampler("same_category", known.with_frequency().items)
    expected = score_against_negatives(model, asked, sampler, num_negatives=3, seed=5)
    score = scored(3, known, "same_category", "", 5)(model, asked)
    assert torch.equal(score, expected)
    assert not torch.equal(scored(3, wardrobe, "same_category", "", 5)(model, asked), expected)


def test_columns_that_are_not_there_are_refused(wardrobe):
    with pytest.raises(FashionGraphError, match="season"):
        scored(3, wardrobe, "matched", "season", 0)
