from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch
from torch_geometric.loader import DataLoader

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.data.outfit_subgraphs import OutfitSubgraphs
from fashiongraph.errors import FashionGraphError


@pytest.mark.parametrize("self_loops", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_pyg_loader_over_single_outfits(wardrobe, weighted, self_loops):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5) if weighted else None
    plain = DataLoader(OutfitSubgraphs(wardrobe, graph, self_loops), batch_size=16)
    ours = OutfitLoader(wardrobe, graph, batch_size=16, self_loops=self_loops)
    assert len(ours) == len(plain) == 4
    for expected, got in zip(plain, ours, strict=True):
        assert isinstance(got, Batch)
        assert set(got.keys()) - {"num_nodes"} == set(expected.keys()) - {"num_nodes"}
        for name in ("x", "item_id", "category_id", "edge_index", "edge_weight", "batch", "ptr"):
            torch.testing.assert_close(got[name], expected[name])
        assert (got.num_graphs, got.num_nodes) == (expected.num_graphs, expected.num_nodes)
        for a, b in zip(expected.to_data_list(), got.to_data_list(), strict=True):
            assert a.num_nodes == b.num_nodes
            for name in ("x", "item_id", "edge_index", "edge_weight"):
                torch.testing.assert_close(a[name], b[name])


def test_weights_arriving_at_an_item_sum_to_one(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    (batch,) = OutfitLoader(wardrobe, graph, batch_size=100)
    total = torch.zeros(batch.num_nodes).index_add(0, batch.edge_index[1], batch.edge_weight)
    alone = wardrobe.sizes[wardrobe.batch] == 1
    torch.testing.assert_close(total, (~alone).float())


def test_unknown_categories_weigh_by_default(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    items = wardrobe.items.with_vocabulary(["category0", "category1"], unknown="default")
    (batch,) = OutfitLoader(wardrobe.with_items(items), graph, batch_size=100)
    assert (batch.category_id == -1).any()
    assert torch.isfinite(batch.edge_weight).all()


def test_shared_items_carry_each_feature_row_once(wardrobe):
    for plain, shared in zip(
        OutfitLoader(wardrobe, batch_size=16),
        OutfitLoader(wardrobe, batch_size=16, share_items=True),
        strict=True,
    ):
        assert "x" not in shared
        assert shared.unique_x.size(0) == plain.item_id.unique().numel()
        torch.testing.assert_close(shared.unique_x[shared.unique_slot], plain.x)
        torch.testing.assert_close(shared.unique_category_id[shared.unique_slot], plain.category_id)


def test_shuffling_is_seeded_and_differs_by_pass(wardrobe):
    a, b = (OutfitLoader(wardrobe, batch_size=60, shuffle=True, seed=3) for _ in range(2))
    first, again = next(iter(a)).item_id, next(iter(b)).item_id
    assert torch.equal(first, again)
    assert not torch.equal(first, next(iter(a)).item_id)
    assert torch.equal(first.sort().values, wardrobe.item_id.sort().values)


def test_drop_last_and_empty(wardrobe):
    assert [b.num_graphs for b in OutfitLoader(wardrobe, batch_size=25, drop_last=True)] == [25, 25]
    empty = wardrobe.select([])
    assert list(OutfitLoader(empty)) == []
    batch = OutfitLoader(wardrobe).batcher(empty)
    assert (batch.num_graphs, batch.num_nodes, batch.edge_index.shape) == (0, 0, (2, 0))


def test_half_precision_features_arrive_as_float32(wardrobe):
    half = wardrobe.with_items(wardrobe.items.with_features(wardrobe.items.features.half()))
    assert next(iter(OutfitLoader(half))).x.dtype == torch.float32


def test_refuses_an_empty_batch_size(wardrobe):
    with pytest.raises(FashionGraphError, match="'batch_size' needs to be a positive integer"):
        OutfitLoader(wardrobe, batch_size=0)


def test_index_out_of_range(wardrobe):
    dataset = OutfitSubgraphs(wardrobe)
    assert len(dataset) == 60
    assert torch.equal(dataset[-1].item_id, dataset[59].item_id)
    with pytest.raises(IndexError):
        dataset[60]
