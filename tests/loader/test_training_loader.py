"""Shares of batches between processes."""

from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.training_loader import TrainingLoader, check_shares


def test_the_base_class_does_not_draw(wardrobe):
    sampler = negative_sampler("uniform", wardrobe.items)
    with pytest.raises(NotImplementedError, match=r"TrainingLoader.*draw"):
        next(iter(TrainingLoader(wardrobe, sampler)))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 12])
def test_every_process_has_the_same_number_of_batches(wardrobe, count):
    sampler = negative_sampler("uniform", wardrobe.items)
    outfits = wardrobe.select(wardrobe.sizes > 1).select(slice(0, count))
    for rank in range(3):
        loader = CandidateLoader(outfits, sampler, 1, batch_size=2, rank=rank, world_size=3)
        assert len(list(loader)) == len(loader) == -(-count // 6)


@pytest.mark.parametrize(("rank", "world_size"), [(0, 1), (1, 2)])
def test_valid_shares(rank, world_size):
    check_shares(1, rank, world_size)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((0, 0, 1), r"'batch_size'.*got 0"),
        ((8, 2, 2), r"'rank' needs to lie in \[0, 2\) \(got 2\)"),
        ((8, -1, 2), r"'rank' needs to lie in \[0, 2\) \(got -1\)"),
    ],
)
def test_invalid_shares_are_refused(shares, message):
    with pytest.raises(FashionGraphError, match=message):
        check_shares(*shares)
