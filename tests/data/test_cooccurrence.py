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


def remember(outfits: Outfits):
    return add_item_cooccurrence(category_graph(outfits.category_id, outfits.batch, 3), outfits)


def bags(outfits: Outfits) -> list[set[int]]:
    return [set(outfit.tolist()) for outfit in outfits.item_id.split(outfits.sizes.tolist())]


def context(item: int, worn: list[set[int]], left_out: list[set[int]], features) -> np.ndarray:
    """From the equation: the mean over other items, as often as they were worn with this one."""
    if sum(item in bag for bag in worn) < 2:
        return np.zeros(features.shape[1])
    others = [j for bag in worn if item in bag for j in sorted(bag - {item})]
    for bag in left_out:
        if item in bag:
            for j in bag - {item}:
                others.remove(j)
    return np.mean([features[j].astype(float) for j in others] or [np.zeros(5)], axis=0)


@pytest.mark.parametrize("num_left_out", [0, 7, 40])
def test_mean_features_of_what_items_were_worn_with(num_left_out):
    outfits = random_outfits(40)
    batch = outfits.select(slice(num_left_out))
    memory = ItemCooccurrence(remember(outfits), ITEMS)
    rows = torch.tensor([0, 1, 3, 8, 10, 11])
    found = memory(rows, batch if num_left_out else None)
    expected = [context(r, bags(outfits), bags(batch), FEATURES) for r in rows.tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert found[4:].eq(0).all()  # worn once, and never


def test_another_table_finds_its_items_by_name():
    outfits = random_outfits(40)
    order = RNG.permutation(12)[:8]
    features = RNG.normal(size=(10, 5)).astype(np.float32)
    names = [*(NAMES[i] for i in order), "new", "newer"]
    other = ItemTable.from_lists(names, ["a"] * 10, features)
    found = ItemCooccurrence(remember(outfits), other)(torch.arange(10))
    known = {int(i): features[row] for row, i in enumerate(order)}
    for row, item in enumerate(order.tolist()):
        others = [
            known[j]
            for bag in bags(outfits)
            if item in bag and sum(item in b for b in bags(outfits)) > 1
            for j in bag - {item}
            if j in known
        ]
        expected = np.mean(others, axis=0) if others else np.zeros(5)
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)
    assert found[8:].eq(0).all()


def test_batches_carry_it_for_distinct_items():
    outfits = random_outfits(40)
    graph = remember(outfits)
    (batch,) = OutfitLoader(outfits, graph, share_items=True)
    rows = torch.unique(outfits.item_id)
    torch.testing.assert_close(batch.unique_context, ItemCooccurrence(graph, ITEMS)(rows))
    assert "unique_context" not in next(iter(OutfitLoader(outfits, graph)))
    batch = OutfitLoader(outfits, graph, share_items=True).batcher(outfits, exclude=outfits)
    assert batch.unique_context.eq(0).all()


def pairs_by_loop(worn: list[set[int]], left_out: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """From the equations: outfits that hold both of two remembered items, and chance."""
    known = [i for i in range(12) if sum(i in bag for bag in worn) > 1]
    together, all_together = np.zeros((12, 12)), np.zeros((12, 12))
    for i in known:
        for j in known:
            if i != j:
                all_together[i, j] = sum({i, j} <= bag for bag in worn)
                together[i, j] = all_together[i, j] - sum({i, j} <= bag for bag in left_out)
    total = together.sum(1)
    return together, np.outer(total, total) / all_together.sum()


@pytest.mark.parametrize("num_left_out", [0, 7, 40])
def test_how_often_two_items_were_worn_together_and_chance_would_have_it(num_left_out):
    outfits = random_outfits(40)
    batch = outfits.select(slice(num_left_out))
    memory = ItemCooccurrence(remember(outfits), ITEMS)
    rows = torch.tensor([0, 1, 3, 7, 8, 10, 11])
    place = torch.arange(7)
    counts = memory.counts(rows, batch if num_left_out else None)
    together, chance = memory.pairs(counts, rows, place.unsqueeze(1), place.unsqueeze(0))
    expected = pairs_by_loop(bags(outfits), bags(batch))
    assert together.shape == chance.shape == (7, 7)
    np.testing.assert_array_equal(together, expected[0][np.ix_(rows, rows)])
    np.testing.assert_allclose(chance, expected[1][np.ix_(rows, rows)], rtol=1e-5, atol=1e-6)
    assert together[5:].eq(0).all() and chance[5:].eq(0).all()  # worn once, and never


def test_pairs_of_another_table_are_those_of_their_names():
    outfits = random_outfits(40)
    order = RNG.permutation(12)[:8]
    other = ItemTable.from_lists([*(NAMES[i] for i in order), "new"], ["a"] * 9)
    memory = ItemCooccurrence(remember(outfits), other)
    rows = torch.arange(9)
    found = memory.pairs(memory.counts(rows), rows, rows.unsqueeze(1), rows.unsqueeze(0))
    for got, expected in zip(found, pairs_by_loop(bags(outfits), []), strict=True):
        np.testing.assert_allclose(got[:8, :8], expected[np.ix_(order, order)], rtol=1e-5)
        assert got[8].eq(0).all() and got[:, 8].eq(0).all()


def test_batches_carry_pairs_edge_by_edge():
    outfits = random_outfits(40)
    loader = OutfitLoader(outfits, remember(outfits), share_items=True)
    (batch,) = loader
    together, chance = pairs_by_loop(bags(outfits), [])
    j, i = batch.item_id[batch.edge_index].numpy()
    np.testing.assert_array_equal(batch.edge_cooccurrence, together[i, j])
    np.testing.assert_allclose(batch.edge_expected, chance[i, j], rtol=1e-5, atol=1e-6)
    forgotten = loader.batcher(outfits, exclude=outfits)
    assert forgotten.edge_cooccurrence.eq(0).all() and forgotten.edge_expected.eq(0).all()
    assert "edge_cooccurrence" not in next(iter(OutfitLoader(outfits, remember(outfits))))


def test_identifiers_are_hashed_once_for_all_loaders(monkeypatch):
    outfits, hashed = random_outfits(40), []
    table = ItemTable.from_lists(NAMES, ["a", "b", "c"] * 4, FEATURES)
    outfits = outfits.with_items(table)
    plain = pd.util.hash_array
    monkeypatch.setattr(pd.util, "hash_array", lambda ids: hashed.append(ids) or plain(ids))
    graph = remember(outfits)
    for _ in range(3):
        OutfitLoader(outfits.with_frequency(), graph, share_items=True)
    assert len(hashed) == 1


def test_needs_features():
    outfits = random_outfits(4)
    with pytest.raises(FashionGraphError, match="'items' needs features"):
        ItemCooccurrence(remember(outfits), ItemTable(pd.Index(["a"]), torch.tensor([0]), ["x"]))(
            torch.tensor([0])
        )
