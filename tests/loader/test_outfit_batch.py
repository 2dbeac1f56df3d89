from __future__ import annotations

import pytest
import torch

from fashiongraph.data import Outfits, add_item_cooccurrence, category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitBatcher, OutfitGraph, leave_one_out
from fashiongraph.loader.outfit_batch import item_inputs


@pytest.fixture
def graph(wardrobe):
    return category_graph(wardrobe.category_id, wardrobe.batch, 5)


def without_each_item(outfits: Outfits) -> Outfits:
    """Every outfit without each of its items, by a loop."""
    rows, sizes = [], [0]
    for outfit in outfits.item_id.split(outfits.sizes.tolist()):
        for i in range(len(outfit)):
            rows.append(torch.cat([outfit[:i], outfit[i + 1 :]]))
            sizes.append(len(outfit) - 1)
    return Outfits(outfits.items, torch.tensor(sizes).cumsum(0), torch.cat(rows))


def test_features_are_gathered_from_shared_items(wardrobe):
    plain = OutfitBatcher(wardrobe.items)(wardrobe)
    shared = OutfitBatcher(wardrobe.items, share_items=True)(wardrobe)
    assert isinstance(shared, OutfitGraph) and "x" not in shared
    assert torch.equal(shared.x, plain.x)
    assert torch.equal(shared.x, wardrobe.items.features[wardrobe.item_id])
    shared.x = plain.x + 1
    assert torch.equal(shared.x, plain.x + 1)
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    for share_items in (False, True):
        assert OutfitBatcher(bare.items, share_items=share_items)(bare).x is None


def test_item_inputs_of_plain_and_shared_batches(wardrobe):
    plain, index = item_inputs(OutfitBatcher(wardrobe.items)(wardrobe))
    assert index is None
    shared, index = item_inputs(OutfitBatcher(wardrobe.items, share_items=True)(wardrobe))
    assert len(shared.x) == len(wardrobe.item_id.unique())
    assert torch.equal(shared.x[index], plain.x)
    assert torch.equal(shared.category_id[index], plain.category_id)
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    with pytest.raises(FashionGraphError, match="'batch' needs features"):
        item_inputs(OutfitBatcher(bare.items)(bare))


@pytest.mark.parametrize("share_items", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_leave_one_out_equals_rebuilding(wardrobe, graph, weighted, share_items):
    graph = add_item_cooccurrence(graph, wardrobe) if weighted else None
    batcher = OutfitBatcher(wardrobe.items, graph, share_items=share_items)
    found = leave_one_out(batcher(wardrobe))
    expected = batcher(without_each_item(wardrobe))
    assert isinstance(found, OutfitGraph)
    assert (found.num_graphs, found.num_nodes) == (expected.num_graphs, expected.num_nodes)
    for name in ("item_id", "category_id", "edge_index", "batch", "ptr", "x"):
        assert torch.equal(getattr(found, name), getattr(expected, name)), name
    torch.testing.assert_close(found.edge_weight, expected.edge_weight)
    if weighted and share_items:
        for name in ("edge_cooccurrence", "edge_expected"):
            torch.testing.assert_close(found[name], expected[name])
        inputs, index = item_inputs(found)
        again, rows = item_inputs(expected)
        torch.testing.assert_close(inputs.context[index], again.context[rows])


@pytest.mark.parametrize("sizes", [[1], [2], [1, 1], [2, 2], [1, 2, 3], [0, 2, 0, 1], []])
def test_leave_one_out_of_small_outfits(wardrobe, graph, sizes):
    ptr = torch.tensor([0, *sizes]).cumsum(0)
    outfits = Outfits(wardrobe.items, ptr, torch.arange(int(ptr[-1])))
    found = leave_one_out(OutfitBatcher(wardrobe.items, graph)(outfits))
    assert found.num_graphs == sum(sizes)
    assert found.ptr.diff().tolist() == [size - 1 for size in sizes for _ in range(size)]
    if sizes:
        expected = OutfitBatcher(wardrobe.items, graph)(without_each_item(outfits))
        assert torch.equal(found.item_id, expected.item_id)
        torch.testing.assert_close(found.edge_weight, expected.edge_weight)


def test_leave_one_out_keeps_cached_items(wardrobe):
    batch = OutfitBatcher(wardrobe.items)(wardrobe)
    batch.item_index = batch.item_id.clone()
    batch.item_states = {"state": torch.randn(40, 3)}
    found = leave_one_out(batch)
    assert torch.equal(found.item_index, found.item_id)
    assert found.item_states["state"] is batch.item_states["state"]


def test_leave_one_out_refuses_self_loops_and_other_edges(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'batch'.*self-loops"):
        leave_one_out(OutfitBatcher(wardrobe.items, self_loops=True)(wardrobe))
    batch = OutfitBatcher(wardrobe.items)(wardrobe)
    batch.edge_index = batch.edge_index.flip(1)
    with pytest.raises(FashionGraphError, match="'batch' needs the edges"):
        leave_one_out(batch)
