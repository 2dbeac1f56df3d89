from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch_geometric.nn import SimpleConv
from torch_geometric.utils import from_networkx, to_networkx

from fashiongraph.data.category_graph import (
    category_count,
    category_graph,
    category_weight,
    dense_category_graph,
    group_categories,
)
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError


def weights_by_loop(outfits: list[list[int]], size: int, smoothing: float) -> np.ndarray:
    """Equation A3, pair by pair."""
    weight = np.zeros((size, size))
    for i in range(size):
        holds = sum(i in outfit for outfit in outfits)
        for j in range(size):
            both = sum(
                outfit.count(i) >= 2 if i == j else i in outfit and j in outfit
                for outfit in outfits
            )
            weight[i, j] = (both + smoothing) / (holds + size * smoothing)
    return weight


@pytest.mark.parametrize("smoothing", [1.0, 0.1])
def test_equals_a_loop_over_pairs(wardrobe, smoothing):
    outfits = [part.tolist() for part in wardrobe.category_id.split(wardrobe.sizes.tolist())]
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 7, smoothing)
    expected = weights_by_loop(outfits, 7, smoothing)
    pair = torch.cartesian_prod(torch.arange(7), torch.arange(7))
    got = category_weight(graph, pair[:, 0], pair[:, 1]).view(7, 7)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)
    assert graph.count.tolist() == [sum(c in o for o in outfits) for c in range(7)]
    j, i = graph.edge_index.numpy()
    np.testing.assert_allclose(graph.edge_weight.numpy(), expected[i, j], rtol=1e-6)


def test_takes_lists():
    category, batch = [0, 1, 1, 2], [0, 0, 1, 1]
    listed = category_graph(category, batch, 3)
    graph = category_graph(torch.tensor(category), torch.tensor(batch), 3)
    assert listed.edge_index.tolist() == graph.edge_index.tolist()
    with pytest.raises(FashionGraphError, match="'batch' needs integers"):
        category_graph(category, [0.0, 0.0, 1.0, 1.0], 3)


def test_edges_are_the_observed_pairs_only():
    graph = category_graph(torch.tensor([0, 1, 1, 2]), torch.tensor([0, 0, 0, 1]), 10_000)
    assert graph.edge_index.tolist() == [[1, 0, 1], [0, 1, 1]]
    assert graph.num_nodes == 10_000
    assert graph.default_weight.shape == (10_000,)
    assert float(graph.default_weight[0]) == pytest.approx(1 / 10_001)
    assert graph.validate()


@pytest.mark.parametrize("num_categories", [3, 60])  # fewer pairs of categories than rows, or more
def test_counts_of_rows_in_any_order(num_categories):
    rng = np.random.default_rng(num_categories)
    outfits = [rng.integers(-1, num_categories, rng.integers(0, 9)).tolist() for _ in range(200)]
    outfits.append([-1])  # an outfit of an unknown category counts too
    category = torch.tensor([c for outfit in outfits for c in outfit])
    batch = torch.arange(len(outfits)).repeat_interleave(torch.tensor(list(map(len, outfits))))
    order = torch.from_numpy(rng.permutation(len(batch)))
    graph = category_graph(category[order], batch[order], num_categories)
    counts = {}
    for outfit in outfits:
        for i in set(outfit) - {-1}:
            for j in set(outfit) - {-1}:
                if i != j or outfit.count(i) > 1:
                    counts[i, j] = counts.get((i, j), 0) + 1
    assert list(map(tuple, graph.edge_index.flip(0).T.tolist())) == sorted(counts)
    assert graph.edge_count.tolist() == [counts[pair] for pair in sorted(counts)]
    assert graph.num_outfits == len(outfits)


def test_weights_of_a_node_sum_to_one_without_repeats():
    graph = category_graph(torch.tensor([0, 1, 0, 2]), torch.tensor([0, 0, 1, 1]), 3)
    pair = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    weight = category_weight(graph, pair[:, 0], pair[:, 1]).view(3, 3)
    assert weight[0].tolist() == pytest.approx([1 / 5, 2 / 5, 2 / 5])


def all_pairs(num_categories: int):
    """Every pair of categories, the unknown one included."""
    categories = torch.arange(-1, num_categories)
    return torch.cartesian_prod(categories, categories).t()


def test_a_stock_convolution_computes_a_x(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 7)
    i, j = torch.cartesian_prod(torch.arange(7), torch.arange(7)).t()
    observed = category_count(graph, i, j) > 0
    a = (category_weight(graph, i, j) * observed).view(7, 7)
    x = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    assert not torch.allclose(a @ x, a.T @ x)
    found = SimpleConv(aggr="sum")(x, graph.edge_index, graph.edge_weight)
    torch.testing.assert_close(found, a @ x)


def test_round_trip_through_networkx(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 7)
    drawn = to_networkx(
        graph,
        node_attrs=["count", "default_weight"],
        edge_attrs=["edge_weight", "edge_count"],
        graph_attrs=["smoothing", "num_outfits"],
    )
    j, i = graph.edge_index[:, 1].tolist()
    assert drawn[j][i]["edge_weight"] == pytest.approx(float(graph.edge_weight[1]))
    again = from_networkx(drawn)
    assert (again.smoothing, again.num_outfits) == (graph.smoothing, graph.num_outfits)
    assert torch.equal(again["count"], graph["count"])
    pairs = all_pairs(7)
    torch.testing.assert_close(category_weight(again, *pairs), category_weight(graph, *pairs))
    assert torch.equal(category_count(again, *pairs), category_count(graph, *pairs))


@pytest.mark.parametrize("num_outfits", [0, 60])
def test_dense_tables_equal_lookups(wardrobe, num_outfits):
    few = wardrobe.select(slice(num_outfits))
    graph = category_graph(few.category_id, few.batch, 7)
    dense = dense_category_graph(graph)
    assert dense.weight_table.shape == dense.count_table.shape == (8, 8)
    pairs = all_pairs(7)
    assert torch.equal(category_weight(dense, *pairs), category_weight(graph, *pairs))
    assert torch.equal(category_count(dense, *pairs), category_count(graph, *pairs))


def test_unknown_categories_have_the_default_weight():
    graph = category_graph(torch.tensor([0, -1, 1]), torch.tensor([0, 0, 0]), 2)
    assert graph.count.tolist() == [1, 1]
    pairs = torch.tensor([[0, -1, -1], [-1, 0, -1]])
    weight = category_weight(graph, pairs[0], pairs[1])
    assert weight.tolist() == pytest.approx([float(graph.default_weight[0]), 0.5, 0.5])


def test_no_outfits_at_all():
    none = torch.empty(0, dtype=torch.long)
    graph = category_graph(none, none, 3)
    assert graph.edge_index.shape == (2, 0)
    one = torch.tensor([1])
    assert category_weight(graph, one, one).tolist() == pytest.approx([1 / 3])


@pytest.mark.parametrize("smoothing", [0.0, -1.0, float("nan"), float("inf")])
def test_refuses_smoothing_that_is_not_positive(smoothing):
    with pytest.raises(FashionGraphError, match="'smoothing' needs to be positive"):
        category_graph(torch.tensor([0]), torch.tensor([0]), 1, smoothing)


def test_refuses_bad_categories_and_shapes():
    with pytest.raises(FashionGraphError, match=r"'category_id'.*below 2 \(got 2\)"):
        category_graph(torch.tensor([0, 2]), torch.tensor([0, 0]), 2)
    with pytest.raises(FashionGraphError, match=r"'batch'.*2 \(got 1\)"):
        category_graph(torch.tensor([0, 1]), torch.tensor([0]), 2)
    graph = category_graph(torch.tensor([0, 1]), torch.tensor([0, 0]), 2)
    with pytest.raises(FashionGraphError, match=r"'i' and 'j'.*got 2"):
        category_weight(graph, torch.tensor([0]), torch.tensor([2]))


def test_edges_are_accepted_in_any_order():
    graph = category_graph([0, 1, 2, 0, 2], [0, 0, 0, 1, 1], 3)
    pairs = all_pairs(3)
    weight, count = category_weight(graph, *pairs), category_count(graph, *pairs)
    assert torch.equal(weight[:4], torch.full((4,), 1 / 3))  # of the unknown category
    order = torch.tensor([3, 1, 0, 5, 4, 2])
    mixed = graph.clone()
    for name in ("edge_weight", "edge_count"):
        mixed[name] = graph[name][order]
    mixed.edge_index = graph.edge_index[:, order]
    assert torch.equal(category_weight(mixed, *pairs), weight)
    assert torch.equal(category_count(mixed, *pairs), count)


def test_duplicate_edges_are_refused():
    graph = category_graph([0, 1], [0, 0], 2)
    for name in ("edge_weight", "edge_count"):
        graph[name] = graph[name].repeat(2)
    graph.edge_index = graph.edge_index.repeat(1, 2)
    for lookup in (category_weight, category_count):
        with pytest.raises(FashionGraphError, match=r"'graph'.*duplicates"):
            lookup(graph, torch.tensor([0]), torch.tensor([1]))


CATEGORIES = ["belt", "boot", "clutch", "pump", "tote"]


@pytest.fixture
def items() -> ItemTable:
    """An item of each category but the last."""
    columns = pd.DataFrame({"part": [None, "shoe", "bag", "shoe"], "shade": [*"ab", None, "c"]})
    return ItemTable.from_lists(
        CATEGORIES[:4], CATEGORIES[:4], columns=columns, vocabulary=CATEGORIES
    )


@pytest.fixture
def graph():
    """Outfits: belt, boot; boot, clutch; pump, clutch; pump, pump."""
    category = torch.tensor([0, 1, 1, 2, 3, 2, 3, 3])
    return category_graph(category, torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]), 5)


def test_group_ratios_from_counts(items, graph):
    grouped = group_categories(graph, items, "part")
    belt, boot, clutch, pump, tote = grouped.group.tolist()
    assert boot == pump and len({belt, boot, clutch, tote}) == 4
    shoe, bag = boot, clutch
    # Of 4 outfits shoes are counted 1 + 1 + 1 + 1 times, bags 2 times; both share 2 outfits.
    assert float(grouped.group_ratio[shoe, bag]) == pytest.approx((2 + 1) / (4 * 2 / 4 + 1))
    assert float(grouped.group_ratio[shoe, shoe]) == pytest.approx((1 + 1) / (4 * 4 / 4 + 1))
    assert float(grouped.group_ratio[tote, shoe]) == 1  # unobserved
    assert torch.equal(grouped.group_ratio, grouped.group_ratio.T)
    many = items.with_vocabulary([*CATEGORIES, *"xyz"])
    empty = category_graph(torch.tensor([0]), torch.tensor([0]), 8)
    assert group_categories(empty, many, "part").group_ratio.shape == (4, 4)
    assert "group" not in graph and torch.equal(grouped.edge_weight, graph.edge_weight)


def test_category_count(graph):
    i, j = torch.tensor([[0, 1, 3, 3, -1, 0], [1, 2, 2, 3, 1, 4]])
    assert category_count(graph, i, j).tolist() == [1, 1, 1, 1, 0, 0]
    empty = category_graph(torch.tensor([], dtype=torch.long), torch.tensor([]), 5)
    assert category_count(empty, i, j).tolist() == [0] * 6
    with pytest.raises(FashionGraphError, match=r"below the 5 categories .*got 5"):
        category_count(graph, i, j + 1)


def test_columns_that_are_no_groups_are_refused(items, graph):
    with pytest.raises(FashionGraphError, match=r"'column'.*got 'colour'"):
        group_categories(graph, items, "colour")
    again = ItemTable.from_lists(
        [*"abc"], ["boot", "boot", "tote"], columns=pd.DataFrame({"part": [*"xyx"]})
    )
    two = category_graph(torch.tensor([0, 1]), torch.tensor([0, 0]), 2)
    with pytest.raises(FashionGraphError, match=r"'column'.*'part'.*'boot'"):
        group_categories(two, again, "part")
    with pytest.raises(FashionGraphError, match=r"'items'.*5 \(got 2\)"):
        group_categories(graph, again.with_vocabulary(["boot", "tote"]), "part")
