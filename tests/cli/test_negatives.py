from __future__ import annotations

import pytest
import torch

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.negatives import outfit_scorer
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_against_negatives, score_outfits
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import ADDGNN


@pytest.fixture
def outfits(folder):
    return open_dataset(folder, ["features.npy"]).outfits


def test_without_negatives_outfits_are_scored_alone(outfits):
    assert outfit_scorer(0, outfits, "uniform", "", 0) is score_outfits


def test_negatives_are_drawn_by_frequency_in_training(outfits):
    torch.manual_seed(0)
    model, training, scored = (
        ADDGNN(8, 4, 2),
        outfits.select(range(20)),
        outfits.select(range(20, 60)),
    )
    sampler = negative_sampler("same_category", training.with_frequency().items)
    expected = score_against_negatives(model, scored, sampler, num_negatives=3, seed=5)
    score = outfit_scorer(3, training, "same_category", "", 5)(model, scored)
    assert torch.equal(score, expected)
    assert not torch.equal(
        outfit_scorer(3, outfits, "same_category", "", 5)(model, scored), expected
    )


def test_unknown_columns_are_refused(outfits):
    with pytest.raises(FashionGraphError, match=r"'--columns'.*season"):
        outfit_scorer(3, outfits, "matched", "season", 0)
