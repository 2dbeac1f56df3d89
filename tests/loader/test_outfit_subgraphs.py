"""Single outfits; test_outfit_loader.py compares batches of them."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_subgraphs import OutfitSubgraphs


def test_graph_of_one_outfit(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    index = int((wardrobe.sizes > 2).nonzero()[0])
    one = OutfitSubgraphs(wardrobe, graph)[index]
    outfit = wardrobe.select([index])
    size = len(outfit.item_id)
    assert one.edge_index.size(1) == size * (size - 1)
    assert torch.equal(one.item_id, outfit.item_id)
    torch.testing.assert_close(one.x, wardrobe.items.features[outfit.item_id])
    total = torch.zeros(size).index_add(0, one.edge_index[1], one.edge_weight)
    torch.testing.assert_close(total, torch.ones(size))


def test_indices(wardrobe):
    dataset = OutfitSubgraphs(wardrobe)
    assert len(dataset) == 60
    assert torch.equal(dataset[-1].item_id, dataset[59].item_id)
    with pytest.raises(IndexError):
        dataset[60]
    assert torch.equal(dataset[torch.tensor(3)].item_id, dataset[3].item_id)
    for index in (slice(4), [1, 2]):
        with pytest.raises(FashionGraphError, match="'index' needs to be an integer"):
            dataset[index]
