from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.exemplar_loader import ExemplarLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_loader import OutfitLoader


def loader(wardrobe, protocol="same_category", **kwargs):
    outfits = wardrobe.with_frequency()
    sampler = negative_sampler(protocol, outfits.items)
    graph = category_graph(outfits.category_id, outfits.batch, 5)
    return outfits, ExemplarLoader(outfits, sampler, graph, **{"batch_size": 16, **kwargs})


def as_lists(batch):
    rows = [rows.tolist() for rows in batch.item_id.split(batch.ptr.diff().tolist())]
    return list(zip(rows[: len(rows) // 2], rows[len(rows) // 2 :], strict=True))


def test_each_outfit_once_with_a_negative_per_item(wardrobe):
    outfits, batches = loader(wardrobe)
    category = outfits.items.category_id.tolist()
    seen = []
    assert len(list(batches)) == len(batches)
    for batch in batches:
        for real, negatives in as_lists(batch):
            seen.append(real)
            assert [category[i] for i in real] == [category[i] for i in negatives]
            assert not set(real) & set(negatives)
        half = batch.num_nodes // 2
        assert torch.equal(batch.batch[:half] + batch.num_graphs // 2, batch.batch[half:])
    expected = [rows.tolist() for rows in outfits.item_id.split(outfits.sizes.tolist())]
    assert sorted(seen) == sorted(expected)


def test_batches_equal_those_of_the_outfit_loader(wardrobe):
    outfits, batches = loader(wardrobe)
    batch = next(iter(batches))
    again = type(outfits)(outfits.items, batch.ptr, batch.item_id)
    (plain,) = OutfitLoader(again, batches.batcher.graph, batch_size=100)
    torch.testing.assert_close(batch.unique_x[batch.unique_index], plain.x)
    torch.testing.assert_close(batch.edge_weight, plain.edge_weight)


def test_draws_depend_on_seed_and_epoch_only(wardrobe):
    first, again, later, other = (
        [as_lists(batch) for batch in loader(wardrobe, seed=seed, epoch=epoch)[1]]
        for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    assert first == again
    assert first != later != other != first


def test_processes_share_the_batches_of_one(wardrobe):
    _, single = loader(wardrobe, batch_size=16)
    shared = [loader(wardrobe, batch_size=8, rank=r, world_size=2)[1] for r in (0, 1)]
    assert len(single) == len(shared[0]) == len(shared[1])
    for batch, *shares in zip(single, *shared, strict=True):
        assert sorted(pair for share in shares for pair in as_lists(share)) == sorted(
            as_lists(batch)
        )


def test_refuses_an_empty_batch_size(wardrobe):
    with pytest.raises(FashionGraphError, match="'batch_size'"):
        loader(wardrobe, batch_size=0)
