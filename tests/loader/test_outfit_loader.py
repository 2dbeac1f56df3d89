from __future__ import annotations

import pytest
import torch
from torch_geometric.data import Batch
from torch_geometric.loader import DataLoader

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.loader.outfit_subgraphs import OutfitSubgraphs


@pytest.mark.parametrize("self_loops", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_pyg_loader_over_single_outfits(wardrobe, weighted, self_loops):
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


def test_order_depends_on_seed_and_pass(wardrobe):
    a, b = (OutfitLoader(wardrobe, batch_size=60, shuffle=True, seed=3) for _ in range(2))
    first, again = next(iter(a)).item_id, next(iter(b)).item_id
    assert torch.equal(first, again)
    assert not torch.equal(first, next(iter(a)).item_id)
    assert torch.equal(first.sort().values, wardrobe.item_id.sort().values)


def test_drop_last_and_empty(wardrobe):
    assert [b.num_graphs for b in OutfitLoader(wardrobe, batch_size=25, drop_last=True)] == [25, 25]
    empty = wardrobe.select([])
    assert list(OutfitLoader(empty)) == []


def test_refuses_an_empty_batch_size(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'batch_size'.*got 0"):
        OutfitLoader(wardrobe, batch_size=0)
