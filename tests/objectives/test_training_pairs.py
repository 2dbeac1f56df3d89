from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.objectives.training_pairs import negative_triplets, real_pairs


def outfits_of(batch):
    """Nodes of each outfit and its editions."""
    return [list(range(a, b)) for a, b in zip(batch.ptr[:-1], batch.ptr[1:], strict=True)]


@pytest.mark.parametrize("num_negatives", [1, 3])
def test_equal_loops_over_outfits(wardrobe, num_negatives):
    train = wardrobe.select(wardrobe.sizes > 1)
    sampler = negative_sampler("uniform", train.items)
    batch = next(iter(CandidateLoader(train, sampler, num_negatives, batch_size=30, seed=1)))
    groups = np.array([len(nodes) for nodes in outfits_of(batch)]).reshape(30, -1)
    assert (groups == groups[:, :1]).all()
    pairs, triplets = set(), set()
    for o, nodes in enumerate(outfits_of(batch)):
        edition = o % (1 + num_negatives)
        if edition == 0:
            pairs |= set(combinations(nodes, 2))
            continue
        real = outfits_of(batch)[o - edition]
        (place,) = [p for p, n in enumerate(nodes) if batch.item_id[n] != batch.item_id[real[p]]]
        triplets |= {(n, real[place], nodes[place]) for n in nodes if n != nodes[place]}
    found = real_pairs(batch, num_negatives).T.tolist()
    assert len(found) == len(pairs)
    assert set(map(tuple, found)) == pairs
    found = negative_triplets(batch, num_negatives).T.tolist()
    assert len(found) == len(triplets)
    assert set(map(tuple, found)) == triplets


def test_outfits_of_one_item_and_none_have_neither(wardrobe):
    single = wardrobe.select(wardrobe.sizes == 1).select([0, 1, 0, 1])
    batcher = OutfitBatcher(wardrobe.items)
    for batch in (batcher(single), batcher(wardrobe.select([]))):
        assert real_pairs(batch, 1).shape == (2, 0)
        assert negative_triplets(batch, 1).shape == (3, 0)
