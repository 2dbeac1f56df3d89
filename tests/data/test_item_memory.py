from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import OutfitLoader, category_graph
from fashiongraph.data.item_memory import ItemMemory, remember_items
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError

RNG = np.random.default_rng(0)
NAMES = [f"i{i}" for i in range(12)]
FEATURES = RNG.normal(size=(12, 5)).astype(np.float32)
ITEMS = ItemTable.from_lists(NAMES, ["a", "b", "c"] * 4, FEATURES)


def random_outfits(count: int) -> Outfits:
    lists = [[NAMES[i] for i in RNG.integers(9, size=RNG.integers(0, 5))] for _ in range(count)]
    return Outfits.from_lists(ITEMS, [*lists, ["i10", "i0"]])  # i10 once, i11 never


def remember(outfits: Outfits):
    return remember_items(category_graph(outfits.category_id, outfits.batch, 3), outfits)


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
    memory = ItemMemory(remember(outfits), ITEMS)
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
    found = ItemMemory(remember(outfits), other)(torch.arange(10))
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
    torch.testing.assert_close(batch.unique_context, ItemMemory(graph, ITEMS)(rows))
    assert "unique_context" not in next(iter(OutfitLoader(outfits, graph)))
    batch = OutfitLoader(outfits, graph, share_items=True).batcher(outfits, forget=outfits)
    assert batch.unique_context.eq(0).all()


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
        ItemMemory(remember(outfits), ItemTable(pd.Index(["a"]), torch.tensor([0]), ["x"]))
