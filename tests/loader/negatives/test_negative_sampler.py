from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.item_pool import ItemPool
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler, outfit_blocks

ITEMS = ItemTable.from_lists([str(i) for i in range(6)], ["x"] * 6)
ONE = np.zeros(6, dtype=np.int64)


def test_repr() -> None:
    sampler = NegativeSampler(ITEMS, [ItemPool("strict", ONE, ONE + 1), ItemPool("wide", ONE, ONE)])
    assert repr(sampler) == "NegativeSampler(strict > wide, 6 items)"


def test_negatives_are_distinct_and_outside_the_outfit(wardrobe: Outfits) -> None:
    pool = ItemPool("all", np.zeros(40, dtype=np.int64), np.arange(40) % 7)
    sampler = NegativeSampler(wardrobe.items, [pool])
    rng = np.random.default_rng(0)
    for _ in range(20):
        drawn = sampler.draw(wardrobe, random_position(wardrobe, rng), 20, rng)
        assert drawn.shape == (60, 20)
        for b, row in enumerate(drawn.tolist()):
            outfit = wardrobe.item_id[wardrobe.ptr[b] : wardrobe.ptr[b + 1]].tolist()
            assert len(set(row)) == 20 and not set(row) & set(outfit)
            assert all(item % 7 for item in row)  # weight 0 is never drawn
    assert sampler.relaxed == {}


def test_probabilities_of_draws_without_replacement() -> None:
    weight = np.array([4, 1, 2, 5, 3, 0])
    sampler = NegativeSampler(ITEMS, [ItemPool("all", ONE, weight)])
    times = 20_000
    outfits = Outfits(ITEMS, 2 * torch.arange(times + 1), torch.tensor([0, 5]).repeat(times))
    drawn = sampler.draw(outfits, torch.zeros(times, dtype=int), 3, np.random.default_rng(0))
    found = Counter(map(tuple, drawn.tolist()))
    orders = list(permutations([1, 2, 3, 4], 3))
    expected = []
    for order in orders:
        left, probability = weight[1:5].sum(), 1.0
        for item in order:
            probability *= weight[item] / left
            left -= weight[item]
        expected.append(times * probability)
    assert sum(found[order] for order in orders) == times
    assert chisquare([found[order] for order in orders], expected).pvalue > 0.01


def test_wider_pools_supply_the_rest_and_are_counted() -> None:
    pools = [
        ItemPool("pair", np.array([0, 0, 1, 1, 2, 2]), ONE + 1),
        ItemPool("half", np.array([0, 0, 0, 1, 1, 1]), ONE + 1),
        ItemPool("all", ONE, ONE + 1),
    ]
    sampler = NegativeSampler(ITEMS, pools)
    outfits = Outfits.from_lists(ITEMS, [["0"], ["2", "3"], ["4", "0"]])
    position = torch.tensor([0, 0, 0])
    rng = np.random.default_rng(0)
    drawn = sampler.draw(outfits, position, 3, rng).tolist()
    assert drawn[0][:2] == [1, 2] and drawn[0][2] in (3, 4, 5)
    assert sorted(drawn[1][:2]) == [0, 1] and drawn[1][2] in (4, 5)
    assert drawn[2][:2] == [5, 3] and drawn[2][2] in (1, 2)
    assert sampler.relaxed == {"half": 4, "all": 3}
    sampler.draw(outfits.select([0]), position[:1], 1, rng)
    sampler.draw(outfits.select([1]), position[:1], 1, rng)
    assert sampler.relaxed == {"half": 5, "all": 3}


def test_draws_depend_on_the_generator(wardrobe: Outfits) -> None:
    sampler = NegativeSampler(
        wardrobe.items, [ItemPool("all", np.zeros(40, dtype=int), np.ones(40, dtype=int))]
    )
    position = torch.zeros(60, dtype=torch.long)
    one, two, three = (
        sampler.draw(wardrobe, position, 4, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(one, two)
    assert not torch.equal(one, three)


def test_more_outfits_than_a_block_and_one_huge_outfit() -> None:
    items = ItemTable.from_lists([str(i) for i in range(300)], ["x"] * 300)
    huge = torch.arange(298)
    ptr = torch.cat([torch.tensor([0]), 298 + torch.arange(20_001)])
    item_id = torch.cat([huge, torch.full((20_000,), 7)])
    outfits = Outfits(items, ptr, item_id)
    pool = ItemPool("all", np.zeros(300, dtype=np.int64), np.ones(300, dtype=np.int64))
    drawn = NegativeSampler(items, [pool]).draw(
        outfits, torch.zeros(20_001, dtype=torch.long), 2, np.random.default_rng(0)
    )
    assert sorted(drawn[0].tolist()) == [298, 299]
    assert not (drawn[1:] == 7).any()
    assert len(drawn.unique()) == 300 - 1


def test_one_huge_outfit_does_not_pad_the_others() -> None:
    sizes = np.array([3] * 700 + [2000] + [3] * 1000)
    blocks = list(outfit_blocks(sizes, max_cells=6000))
    assert [i for block in blocks for i in range(block.start, block.stop)] == list(range(1701))
    cells = [(block.stop - block.start) * sizes[block].max() for block in blocks]
    assert max(cells) <= 6000 and len(blocks) < 25
    # The blocks of outfits of ordinary sizes, and so their draws, do not change.
    ordinary = np.full(40_000, 256)
    starts = [block.start for block in outfit_blocks(ordinary)]
    assert starts == [0, 16_384, 32_768]
    assert list(outfit_blocks(ordinary[:0])) == []


def test_too_few_negatives_are_refused_before_drawing() -> None:
    sampler = NegativeSampler(ITEMS, [ItemPool("all", ONE, ONE + 1)])
    outfits = Outfits.from_lists(ITEMS, [["0", "1"], [], ["2", "3", "4", "3"]])
    sampler.check(outfits, 3)
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got 4, and 3.*'2'"):
        sampler.check(outfits, 4)
    sampler.check(outfits.select([]), 99)


def test_bad_arguments(wardrobe: Outfits) -> None:
    sampler = NegativeSampler(ITEMS, [ItemPool("all", ONE, ONE + 1)])
    rng, zero = np.random.default_rng(0), torch.zeros(1, dtype=torch.long)
    outfits = Outfits.from_lists(ITEMS, [["0", "1", "1"]])
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got 5, and 4.*'0'"):
        sampler.draw(outfits, zero, 5, rng)
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got -1"):
        sampler.draw(outfits, zero, -1, rng)
    with pytest.raises(FashionGraphError, match=r"'outfits'.*got another of 40"):
        sampler.draw(wardrobe, torch.zeros(60, dtype=torch.long), 1, rng)
    others = ItemTable.from_lists([f"other{i}" for i in range(6)], ["c"] * 6)
    with pytest.raises(FashionGraphError, match=r"'outfits'.*got another of 6"):
        sampler.draw(outfits.with_items(others), zero, 1, rng)
    with pytest.raises(FashionGraphError, match=r"'position' needs to lie in"):
        sampler.draw(outfits, zero + 3, 1, rng)
    assert sampler.draw(outfits.select([]), zero[:0], 3, rng).shape == (0, 3)
    assert sampler.draw(outfits, zero, 0, rng).shape == (1, 0)
