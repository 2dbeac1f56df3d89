from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_loader import OutfitLoader


def loader(wardrobe, **kwargs):
    outfits = wardrobe.select(wardrobe.sizes > 1)
    sampler = negative_sampler("uniform", wardrobe.items)
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    return outfits, CandidateLoader(outfits, sampler, 3, graph, **{"batch_size": 16, **kwargs})


def as_lists(batch):
    return [rows.tolist() for rows in batch.item_id.split(batch.ptr.diff().tolist())]


def test_each_outfit_once_with_copies_of_one_changed_item(wardrobe):
    outfits, batches = loader(wardrobe)
    seen = []
    assert len(list(batches)) == len(batches)
    for batch in batches:
        rows = as_lists(batch)
        for first in range(0, len(rows), 4):
            real, *others = rows[first : first + 4]
            seen.append(real)
            places = {
                tuple(i for i, (a, b) in enumerate(zip(real, other, strict=True)) if a != b)
                for other in others
            }
            assert len(places) == 1
            assert len(places.pop()) == 1
            assert not {other[i] for other in others for i in range(len(other))} <= set(real)
    expected = [rows.tolist() for rows in outfits.item_id.split(outfits.sizes.tolist())]
    assert sorted(seen) == sorted(expected)


def test_batches_equal_those_of_the_outfit_loader(wardrobe):
    _, batches = loader(wardrobe)
    graph = batches.batcher.graph
    batch = next(iter(batches))
    again = type(wardrobe)(wardrobe.items, batch.ptr, batch.item_id)
    (plain,) = OutfitLoader(again, graph, batch_size=100)
    torch.testing.assert_close(batch.unique_x[batch.unique_index], plain.x)
    torch.testing.assert_close(batch.edge_weight, plain.edge_weight)


def test_draws_depend_on_seed_and_epoch_only(wardrobe):
    first, again, later, other = (
        [as_lists(batch) for batch in loader(wardrobe, seed=seed, epoch=epoch)[1]]
        for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    assert first == again
    assert first != later != other != first


def test_real_outfits_alone_without_negatives(wardrobe):
    outfits = wardrobe.select(wardrobe.sizes > 1)
    batches = CandidateLoader(outfits, negative_sampler("uniform", wardrobe.items), 0)
    seen = [row for batch in batches for row in as_lists(batch)]
    expected = [rows.tolist() for rows in outfits.item_id.split(outfits.sizes.tolist())]
    assert sorted(seen) == sorted(expected)


def test_processes_share_the_batches_of_one(wardrobe):
    _, single = loader(wardrobe, batch_size=16)
    shared = [loader(wardrobe, batch_size=8, rank=r, world_size=2)[1] for r in (0, 1)]
    assert len(single) == len(shared[0]) == len(shared[1])
    for batch, *shares in zip(single, *shared, strict=True):
        both = [as_lists(share) for share in shares]
        groups = [rows[i : i + 4] for rows in both for i in range(0, len(rows), 4)]
        rows = as_lists(batch)
        assert sorted(groups) == sorted(rows[i : i + 4] for i in range(0, len(rows), 4))
        assert {b.num_shared for b in (batch, *shares)} == {batch.num_graphs // 4}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"batch_size": 0}, r"'batch_size'.*got 0"),
        ({"rank": 2, "world_size": 2}, r"'rank' needs to lie in \[0, 2\) \(got 2\)"),
        ({"rank": 0, "world_size": 0}, r"'rank' needs to lie in \[0, 0\)"),
    ],
)
def test_bad_arguments(wardrobe, setting, message):
    with pytest.raises(FashionGraphError, match=message):
        loader(wardrobe, **setting)
