from __future__ import annotations

import pytest

from fashiongraph.data.candidate_loader import CandidateLoader
from fashiongraph.data.negatives.protocol import negative_sampler
from fashiongraph.data.training_loader import TrainingLoader


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
