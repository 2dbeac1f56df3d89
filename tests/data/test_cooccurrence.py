from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import category_graph
from fashiongraph.data.cooccurrence import ItemCooccurrence, add_item_cooccurrence
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitLoader

RNG = np.random.default_rng(0)
NAMES = [f"i{i}" for i in range(12)]
FEATURES = RNG.normal(size=(12, 5)).astype(np.float32)
ITEMS = ItemTable.from_lists(NAMES, ["a", "b", "c"] * 4, FEATURES)


def random_outfits(count: int) -> Outfits:
    lists = [[NAMES[i] for i in RNG.integers(9, size=RNG.integers(0, 5))] for _ in range(count)]
    return Outfits.from_lists(ITEMS, [*lists, ["i10", "i0"]])  # i10 once, i11 never


def with_cooccurrence(outfits: Outfits):
    graph = category_graph(outfits.category_id, outfits.batch, 3)
    return add_item_cooccurrence(graph, outfits)


def bags(outfits: Outfits) -> list[set[int]]:
    return [set(outfit.tolist()) for outfit in outfits.item_id.split(outfits.sizes.tolist())]


def context(item: int, train: list[set[int]], excluded: list[set[int]], features) -> np.ndarray:
    """From the equation: the mean features of other items, weighted by co-occurrence."""
    if sum(item in bag for bag in train) < 2:
        return np.zeros(features.shape[1])
    others = [j for bag in train if item in bag for j in sorted(bag - {item})]
    for bag in excluded:
        if item in bag:
            for j in bag - {item}:
                others.remove(j)
    return np.mean([features[j].astype(float) for j in others] or [np.zeros(5)], axis=0)


@pytest.mark.parametrize("num_excluded", [0, 7, 40])
def test_mean_features_of_co_occurring_items(num_excluded):
    outfits = random_outfits(40)
    batch = outfits.select(slice(num_excluded))
    cooccurrence = ItemCooccurrence(with_cooccurrence(outfits), ITEMS)
    rows = torch.tensor([0, 1, 3, 8, 10, 11])
    found = cooccurrence(rows, batch if num_excluded else None)
    expected = [context(r, bags(outfits), bags(batch), FEATURES) for r in rows.tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert found[4:].eq(0).all()  # in one outfit, and in none


def test_another_table_is_matched_by_identifier():
    outfits = random_outfits(40)
    order = RNG.permutation(12)[:8]
    features = RNG.normal(size=(10, 5)).astype(np.float32)
    names = [*(NAMES[i] for i in order), "new", "newer"]
    other = ItemTable.from_lists(names, ["a"] * 10, features)
    found = ItemCooccurrence(with_cooccurrence(outfits), other)(torch.arange(10))
    row_of = {int(i): features[row] for row, i in enumerate(order)}
    for row, item in enumerate(order.tolist()):
        others = [
            row_of[j]
            for bag in bags(outfits)
            if item in bag and sum(item in b for b in bags(outfits)) > 1
            for j in bag - {item}
            if j in row_of
        ]
        expected = np.mean(others, axis=0) if others else np.zeros(5)
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)
    assert found[8:].eq(0).all()


def test_batches_have_contexts_of_distinct_items():
    outfits = random_outfits(40)
    graph = with_cooccurrence(outfits)
    (batch,) = OutfitLoader(outfits, graph, share_items=True)
    rows = torch.unique(outfits.item_id)
    torch.testing.assert_close(batch.unique_context, ItemCooccurrence(graph, ITEMS)(rows))
    assert "unique_context" not in next(iter(OutfitLoader(outfits, graph)))
    batch = OutfitLoader(outfits, graph, share_items=True).batcher(outfits, exclude=outfits)
    assert batch.unique_context.eq(0).all()


def pairs_by_loop(train: list[set[int]], excluded: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """From the equations: observed and expected co-occurrence of counted items."""
    counted = [i for i in range(12) if sum(i in bag for bag in train) > 1]
    observed, total = np.zeros((12, 12)), 0
    for i in counted:
        for j in counted:
            if i != j:
                count = sum({i, j} <= bag for bag in train)
                total += count
                observed[i, j] = count - sum({i, j} <= bag for bag in excluded)
    marginal = observed.sum(1)
    return observed, np.outer(marginal, marginal) / total


@pytest.mark.parametrize("num_excluded", [0, 7, 40])
def test_observed_and_expected_cooccurrence_of_pairs(num_excluded):
    outfits = random_outfits(40)
    batch = outfits.select(slice(num_excluded))
    cooccurrence = ItemCooccurrence(with_cooccurrence(outfits), ITEMS)
    rows = torch.tensor([0, 1, 3, 7, 8, 10, 11])
    place = torch.arange(7)
    counts = cooccurrence.counts(rows, batch if num_excluded else None)
    observed, expected_pairs = cooccurrence.pairs(
        counts, rows, place.unsqueeze(1), place.unsqueeze(0)
    )
    expected = pairs_by_loop(bags(outfits), bags(batch))
    assert observed.shape == expected_pairs.shape == (7, 7)
    np.testing.assert_array_equal(observed, expected[0][np.ix_(rows, rows)])
    np.testing.assert_allclose(
        expected_pairs, expected[1][np.ix_(rows, rows)], rtol=1e-5, atol=1e-6
    )
    assert observed[5:].eq(0).all() and expected_pairs[5:].eq(0).all()  # in one outfit, and in none


def test_pairs_of_another_table_are_matched_by_identifier():
    outfits = random_outfits(40)
    order = RNG.permutation(12)[:8]
    other = ItemTable.from_lists([*(NAMES[i] for i in order), "new"], ["a"] * 9)
    cooccurrence = ItemCooccurrence(with_cooccurrence(outfits), other)
    rows = torch.arange(9)
    found = cooccurrence.pairs(
        cooccurrence.counts(rows), rows, rows.unsqueeze(1), rows.unsqueeze(0)
    )
    for got, expected in zip(found, pairs_by_loop(bags(outfits), []), strict=True):
        np.testing.assert_allclose(got[:8, :8], expected[np.ix_(order, order)], rtol=1e-5)
        assert got[8].eq(0).all() and got[:, 8].eq(0).all()


def test_batches_have_cooccurrence_of_edges():
    outfits = random_outfits(40)
    loader = OutfitLoader(outfits, with_cooccurrence(outfits), share_items=True)
    (batch,) = loader
    observed, expected_pairs = pairs_by_loop(bags(outfits), [])
    j, i = batch.item_id[batch.edge_index].numpy()
    np.testing.assert_array_equal(batch.edge_cooccurrence, observed[i, j])
    np.testing.assert_allclose(batch.edge_expected, expected_pairs[i, j], rtol=1e-5, atol=1e-6)
    without = loader.batcher(outfits, exclude=outfits)
    assert without.edge_cooccurrence.eq(0).all() and without.edge_expected.eq(0).all()
    assert "edge_cooccurrence" not in next(iter(OutfitLoader(outfits, with_cooccurrence(outfits))))


def test_identifiers_are_hashed_once_for_all_loaders(monkeypatch):
    outfits, hashed = random_outfits(40), []
    table = ItemTable.from_lists(NAMES, ["a", "b", "c"] * 4, FEATURES)
    outfits = outfits.with_items(table)
    plain = pd.util.hash_array
    monkeypatch.setattr(pd.util, "hash_array", lambda ids: hashed.append(ids) or plain(ids))
    graph = with_cooccurrence(outfits)
    for _ in range(3):
        OutfitLoader(outfits.with_frequency(), graph, share_items=True)
    assert len(hashed) == 1


def test_co_occurring_items_equal_a_loop():
    outfits = random_outfits(40)
    lookup = ItemCooccurrence(with_cooccurrence(outfits), ITEMS)
    observed, _ = pairs_by_loop(bags(outfits), [])
    for rows in ([0], [3, 8], [10], [11], list(range(12))):
        expected = np.flatnonzero(observed[rows].any(axis=0)).tolist()
        assert lookup.co_occurring(torch.tensor(rows)).tolist() == expected
    assert lookup.co_occurring(torch.tensor([10, 11])).tolist() == []  # not counted


def test_needs_features():
    outfits = random_outfits(4)
    with pytest.raises(FashionGraphError, match="'items' needs features"):
        ItemCooccurrence(
            with_cooccurrence(outfits), ItemTable(pd.Index(["a"]), torch.tensor([0]), ["x"])
        )(torch.tensor([0]))


def test_counts_are_matched_again_after_a_change_of_graph_or_table(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, wardrobe.items.num_categories)
    graph = add_item_cooccurrence(graph, wardrobe)
    items, rows = wardrobe.items, torch.arange(len(wardrobe.items))
    first = ItemCooccurrence(graph, items).counts(rows).toarray()
    assert first.any()
    np.testing.assert_array_equal(ItemCooccurrence(graph, items).counts(rows).toarray(), first)
    other = ItemTable.from_lists(items.ids[::-1].tolist(), ["top"] * len(items), items.features)
    turned = ItemCooccurrence(graph, other).counts(rows).toarray()
    np.testing.assert_array_equal(turned, first[::-1, ::-1])
    graph.item_count.mul_(2)
    np.testing.assert_array_equal(ItemCooccurrence(graph, items).counts(rows).toarray(), 2 * first)


def test_an_item_without_features_adds_nothing_to_the_context():
    items = ItemTable.from_lists([*"abc"], ["top"] * 3, torch.eye(3))
    outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"], ["a", "c"], ["a", "c"]])
    graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
    graph = add_item_cooccurrence(graph, outfits)
    features = torch.eye(3)
    features[2] = torch.nan
    broken = ItemCooccurrence(graph, items.with_features(features))
    assert broken(torch.arange(3)).tolist() == [[0, 1, 0], [1, 0, 0], [0.75, 0.25, 0]]
