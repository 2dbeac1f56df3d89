import numpy as np
import pytest
import torch
from torch_geometric.utils import scatter

from fashiongraph.data import category_graph, add_item_cooccurrence
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitLoader
from fashiongraph.models.counted_parts import CountedParts


@pytest.fixture
def graph(wardrobe):
    return category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))


@pytest.fixture
def batch(wardrobe, graph):
    return next(iter(OutfitLoader(wardrobe, add_item_cooccurrence(graph, wardrobe), share_items=True)))


def test_parts_equal_loops_over_pairs(batch, graph):
    parts = CountedParts(use_lift=True, use_pairs=True)
    with torch.no_grad():
        parts.lift.fill_(1.7)
        parts.pairs.weight.copy_(torch.tensor([1.5, 0.4]))
        parts.pairs.log_smoothing.fill_(np.log(0.2))
    count, total = graph.count.double().numpy(), graph.num_outfits
    seen = {
        (int(j), int(i)): float(n)
        for (j, i), n in zip(graph.edge_index.t(), graph.edge_count, strict=True)
    }
    category, size = batch.category_id.tolist(), batch.ptr.diff()[batch.batch].tolist()
    items = np.zeros(batch.num_nodes)
    for edge, (j, i) in enumerate(batch.edge_index.t().tolist()):
        c, d = category[i], category[j]
        chance = count[c] * count[d] / total
        lift = np.log((seen.get((d, c), 0.0) + graph.smoothing) / (chance + graph.smoothing))
        together, expected = float(batch.edge_cooccurrence[edge]), float(batch.edge_expected[edge])
        pair = 1.5 * np.log(1 + together / 0.2) - 0.4 * np.log(1 + expected / 0.2)
        items[i] += (1.7 * lift + pair) / (size[i] - 1)
    learned = torch.randn(batch.num_nodes)
    got = parts.by_item(learned, batch, graph).detach()
    np.testing.assert_allclose(got, learned.double().numpy() + items, rtol=1e-4, atol=1e-5)
    by_outfit = scatter(torch.from_numpy(items), batch.batch, reduce="mean").float()
    zeros = torch.zeros(batch.num_graphs)
    got = parts(zeros, batch, graph).detach()
    torch.testing.assert_close(got, by_outfit, rtol=1e-4, atol=1e-5)
    both = parts.category_part(batch, graph) + parts.pair_part(batch)
    torch.testing.assert_close(got, both.detach())


def test_what_an_item_sends_itself_does_not_count(wardrobe, batch, graph):
    loops = OutfitLoader(
        wardrobe, add_item_cooccurrence(graph, wardrobe), share_items=True, self_loops=True
    )
    with_loops = next(iter(loops))
    assert with_loops.num_edges > batch.num_edges
    parts, zeros = CountedParts(use_lift=True, use_pairs=True), torch.zeros(batch.num_graphs)
    expected = parts(zeros, batch, graph)
    torch.testing.assert_close(parts(zeros, with_loops, graph), expected)
    assert not expected[wardrobe.sizes == 1].any()


def test_what_is_not_counted_adds_nothing(batch):
    parts, score = CountedParts(use_lift=False, use_pairs=False), torch.randn(batch.num_graphs)
    assert not list(parts.parameters())
    assert torch.equal(parts(score, batch, None), score)
    items = torch.randn(batch.num_nodes)
    assert torch.equal(parts.by_item(items, batch, None), items)


def test_says_which_counts_are_missing(wardrobe, batch, graph):
    lift = CountedParts(use_lift=True, use_pairs=False)
    for part in (lift.category_part, lambda *given: lift.by_item(batch.batch, *given)):
        with pytest.raises(FashionGraphError, match="'use_lift' needs a category graph"):
            part(batch, None)
    plain = next(iter(OutfitLoader(wardrobe, graph, share_items=True)))
    with pytest.raises(FashionGraphError, match="'batch' needs how often items were worn together"):
        CountedParts(use_lift=False, use_pairs=True).pair_part(plain)
