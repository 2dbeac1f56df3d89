"""Batches of outfits against loops over outfits and edges."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph, category_weight
from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.outfit_batcher import OutfitBatcher


@pytest.fixture
def graph(wardrobe):
    """The category graph of the outfits."""
    return category_graph(wardrobe.category_id, wardrobe.batch, 5)


@pytest.mark.parametrize("self_loops", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_edges_and_weights_equal_a_loop(wardrobe, graph, weighted, self_loops):
    graph = graph if weighted else None
    batch = OutfitBatcher(wardrobe.items, graph, self_loops)(wardrobe)
    edges, weights = [], []
    for first, last in zip(wardrobe.ptr[:-1].tolist(), wardrobe.ptr[1:].tolist(), strict=True):
        for i in range(first, last):
            senders = [j for j in range(first, last) if self_loops or j != i]
            raw = []
            for j in senders:
                pair = wardrobe.category_id[[i]], wardrobe.category_id[[j]]
                raw.append(float(category_weight(graph, *pair)) if weighted else 1.0)
            edges += [(j, i) for j in senders]
            weights += [weight / sum(raw) for weight in raw]
    assert batch.edge_index.t().tolist() == [list(edge) for edge in edges]
    torch.testing.assert_close(batch.edge_weight, torch.tensor(weights))


def test_weights_into_an_item_sum_to_one(wardrobe, graph):
    batch = OutfitBatcher(wardrobe.items, graph)(wardrobe)
    total = torch.zeros(batch.num_nodes).index_add(0, batch.edge_index[1], batch.edge_weight)
    alone = wardrobe.sizes[wardrobe.batch] == 1
    torch.testing.assert_close(total, (~alone).float())


def test_unknown_categories_have_finite_weights(wardrobe, graph):
    items = wardrobe.items.with_vocabulary(["category0", "category1"], unknown="default")
    batch = OutfitBatcher(items, graph)(wardrobe.with_items(items))
    assert (batch.category_id == -1).any()
    assert torch.isfinite(batch.edge_weight).all()


def test_shared_items_have_each_feature_row_once(wardrobe):
    plain = OutfitBatcher(wardrobe.items)(wardrobe)
    shared = OutfitBatcher(wardrobe.items, share_items=True)(wardrobe)
    assert "x" not in shared
    assert shared.unique_x.size(0) == plain.item_id.unique().numel()
    torch.testing.assert_close(shared.unique_x[shared.unique_index], plain.x)
    torch.testing.assert_close(shared.unique_category_id[shared.unique_index], plain.category_id)


def test_half_precision_features_become_float32(wardrobe):
    items = wardrobe.items.with_features(wardrobe.items.features.half())
    for share in (False, True):
        batch = OutfitBatcher(items, share_items=share)(wardrobe.with_items(items))
        assert batch["unique_x" if share else "x"].dtype == torch.float32


def test_no_outfits_and_outfits_of_one_item_have_no_edges(wardrobe, graph):
    alone = Outfits(wardrobe.items, torch.arange(3), torch.tensor([7, 7]))
    for outfits in (wardrobe.select([]), alone):
        batch = OutfitBatcher(wardrobe.items, graph)(outfits)
        shape = (batch.num_graphs, batch.num_nodes, batch.edge_index.shape)
        assert shape == (len(outfits), len(outfits.item_id), (2, 0))
