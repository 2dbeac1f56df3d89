"""What cannot be shared among processes is refused, by name."""

from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.training_loader import TrainingLoader, check_shares


def test_a_bare_loader_says_what_it_lacks(wardrobe):
    sampler = negative_sampler("uniform", wardrobe.items)
    with pytest.raises(NotImplementedError, match="TrainingLoader does not say what it draws"):
        next(iter(TrainingLoader(wardrobe, sampler)))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 12])
def test_every_process_has_as_many_batches_as_the_loader_says(wardrobe, count):
    sampler = negative_sampler("uniform", wardrobe.items)
    outfits = wardrobe.select(wardrobe.sizes > 1).select(slice(0, count))
    for rank in range(3):
        loader = CandidateLoader(outfits, sampler, 1, batch_size=2, rank=rank, world_size=3)
        assert len(list(loader)) == len(loader) == -(-count // 6)


@pytest.mark.parametrize(("rank", "world_size"), [(0, 1), (1, 2)])
def test_a_process_among_others(rank, world_size):
    check_shares(1, rank, world_size)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((0, 0, 1), r"'batch_size' needs to be a positive integer \(got 0\)"),
        ((8, 2, 2), r"'rank' needs to lie in \[0, 2\) \(got 2\)"),
        ((8, -1, 2), r"'rank' needs to lie in \[0, 2\) \(got -1\)"),
    ],
)
def test_what_names_no_share(shares, message):
    with pytest.raises(FashionGraphError, match=message):
        check_shares(*shares)
