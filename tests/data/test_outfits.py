from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits, row_blocks
from fashiongraph.errors import FashionGraphError


@pytest.fixture
def items():
    return ItemTable.from_lists(list("abcdef"), ["t", "b", "t", "s", "s", "b"])


def test_from_lists(items):
    outfits = Outfits.from_lists(items, [["a", "b"], ["c"], ["d", "e", "d"]])
    assert repr(outfits) == "Outfits(3 outfits, 6 rows)"
    assert outfits.sizes.tolist() == [2, 1, 3]
    assert outfits.batch.tolist() == [0, 0, 1, 2, 2, 2]
    assert outfits.item_id.tolist() == [0, 1, 2, 3, 4, 3]
    assert outfits.category_id.tolist() == [2, 0, 2, 1, 1, 1]
    assert outfits.ids.tolist() == ["0", "1", "2"]
    assert len(Outfits.from_lists(items, [])) == 0


def test_from_a_frame_keeps_the_order_of_rows_or_positions(items):
    frame = pd.DataFrame({"outfit_id": [5, 7, 5, 5], "item_id": ["c", "a", "b", "d"]})
    outfits = Outfits.from_frame(items, frame)
    assert outfits.ids.tolist() == ["5", "7"]
    assert outfits.item_id.tolist() == [2, 1, 3, 0]
    placed = Outfits.from_frame(items, frame.assign(position=[2, 0, 1, 0]))
    assert placed.item_id.tolist() == [3, 1, 2, 0]


def test_positions_are_sorted_as_numbers(items):
    frame = pd.DataFrame({"outfit_id": [1] * 3, "item_id": ["c", "a", "b"]})
    for position in (["10", "9", "-0.5"], pd.array([10, 9, 0], dtype="Int64"), [10, 9, 8]):
        outfits = Outfits.from_frame(items, frame.assign(position=position))
        assert outfits.item_id.tolist() == [1, 0, 2]
    for wrong in ("first", np.nan, np.inf, None, pd.NA):
        with pytest.raises(FashionGraphError, match=r"'position'.*row 1 has "):
            Outfits.from_frame(items, frame.assign(position=[1, wrong, 2]))


def test_frequency_counts_outfits_not_rows(items):
    outfits = Outfits.from_lists(items, [["a", "b"], ["a"], ["d", "e", "d"]])
    assert outfits.frequency.tolist() == [2, 1, 0, 1, 1, 0]
    assert outfits.with_frequency().items.frequency.tolist() == [2, 1, 0, 1, 1, 0]


def test_counts_and_selections_over_many_blocks(items):
    rng = np.random.default_rng(0)
    sizes = rng.integers(0, 9, 150_000)  # some 600,000 rows: several blocks
    ptr = np.append(0, sizes.cumsum())
    outfits = Outfits(items, torch.from_numpy(ptr), torch.from_numpy(rng.integers(6, size=ptr[-1])))
    holds = np.zeros((len(sizes), 6), dtype=bool)
    holds[np.repeat(np.arange(len(sizes)), sizes), outfits.item_id.numpy()] = True
    assert outfits.frequency.tolist() == holds.sum(0).tolist()
    index = rng.permutation(len(sizes))
    chosen = outfits.select(index)
    rows = np.concatenate([np.arange(ptr[i], ptr[i + 1]) for i in index])
    assert torch.equal(chosen.item_id, outfits.item_id[rows])
    assert torch.equal(chosen.sizes, torch.from_numpy(sizes[index]))


@pytest.mark.parametrize(
    "index",
    [
        [2, 0, 2],
        [],
        slice(1, 3),
        slice(-2, None),
        slice(1, 99),
        slice(2, 1),
        slice(99, 100),
        slice(None, None, 2),
        [True, False, True],
        np.array([1]),
        torch.tensor([False, True, True]),
    ],
)
def test_select_equals_a_list_of_lists(items, index):
    lists = [["a", "b"], ["c"], ["d", "e", "d"]]
    chosen = np.arange(3)[index if not isinstance(index, list) or index else slice(0)]
    got = Outfits.from_lists(items, lists).select(index)
    expected = Outfits.from_lists(items, [lists[i] for i in chosen])
    assert got.ptr.tolist() == expected.ptr.tolist()
    assert got.item_id.tolist() == expected.item_id.tolist()
    assert got.ids.tolist() == [str(i) for i in chosen]


@pytest.mark.parametrize(
    ("ptr", "item_id", "message"),
    [
        ([], [], "'ptr' needs to run from 0"),
        ([1, 2], [0, 1], "'ptr' needs to run from 0"),
        ([0, 1], [0, 1], "'ptr'.*number of rows, 2"),
        ([0, 2, 1, 2], [0, 1], "'ptr' needs to be non-decreasing"),
        ([0, 1], [6], r"'item_id' needs to lie in \[0, 6\) \(got 6 to 6\)"),
        ([0, 1], [-1], r"'item_id' needs to lie in \[0, 6\)"),
    ],
)
def test_refuses_what_does_not_fit(items, ptr, item_id, message):
    with pytest.raises(FashionGraphError, match=message):
        Outfits(items, torch.tensor(ptr), torch.tensor(item_id))


def test_rows_of_any_integer_type_are_kept_long(items):
    ptr, item_id = torch.tensor([0, 2], dtype=torch.int32), torch.tensor([0, 5], dtype=torch.int16)
    outfits = Outfits(items, ptr, item_id)
    assert outfits.ptr.dtype == outfits.item_id.dtype == torch.int64
    for wrong in ((ptr.float(), item_id), (ptr, item_id.float())):
        with pytest.raises(FashionGraphError, match=r"integers.*torch\.float32"):
            Outfits(items, *wrong)


@pytest.mark.parametrize("index", [slice(1, 3), slice(None, None, 2), [2, 0], [False, True, True]])
def test_weights_follow_their_outfits(items, index):
    ptr, weight = torch.tensor([0, 1, 2, 3]), torch.tensor([0.5, 1.0, 2.0])
    outfits = Outfits(items, ptr, torch.zeros(3, dtype=torch.long), weight=weight)
    place = index if isinstance(index, slice) else torch.tensor(index)
    assert outfits.select(index).weight.tolist() == weight[place].tolist()
    assert outfits.with_frequency().weight.tolist() == weight.tolist()
    assert Outfits(items, ptr, torch.zeros(3, dtype=torch.long)).select(index).weight is None


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], "one number per outfit, shape .2. .got .1"),
        ([1.0, -2.0], "at least 0 .outfit 1 has -2"),
        ([float("nan"), 1.0], "outfit 0 has nan"),
        ([float("inf"), 1.0], "outfit 0 has inf"),
    ],
)
def test_refuses_weights_that_do_not_fit(items, weight, message):
    with pytest.raises(FashionGraphError, match=message):
        Outfits(items, torch.tensor([0, 1, 1]), torch.tensor([0]), weight=torch.tensor(weight))


def test_refuses_identifiers_that_do_not_fit(items):
    with pytest.raises(FashionGraphError, match=r"'ids'.*got 2 for 1"):
        Outfits(items, torch.tensor([0, 1]), torch.tensor([0]), pd.Index(["a", "b"]))


def test_outfits_allocate_no_object_per_outfit():
    items = ItemTable.from_lists([str(i) for i in range(100)], ["t"] * 100)
    ptr, item_id = torch.arange(100_001) * 6, torch.arange(600_000) % 100
    tracemalloc.start()
    outfits = Outfits(items, ptr, item_id).select(slice(0, 90_000))
    assert len(outfits.ids) == 90_000
    _, peak = tracemalloc.get_traced_memory()  # Python objects and NumPy arrays, not tensors
    tracemalloc.stop()
    assert peak < 20 * len(outfits)  # 100,000 strings alone take 50 bytes each


def test_a_frame_needs_both_columns_in_every_row(items):
    with pytest.raises(FashionGraphError, match=r"'item_id' \(got outfit_id, item"):
        Outfits.from_frame(items, pd.DataFrame({"outfit_id": ["1"], "item": ["a"]}))
    frame = pd.DataFrame({"outfit_id": ["1", None], "item_id": ["a", "b"]})
    with pytest.raises(FashionGraphError, match=r"'outfit_id'.*row 1 has none"):
        Outfits.from_frame(items, frame)


def test_default_identifiers_survive_selection(items):
    outfits = Outfits.from_lists(items, [["a"], ["b"], ["c"]])
    assert outfits.with_items(items).ids.tolist() == ["0", "1", "2"]
    assert outfits.select([2, 1]).with_items(items).select([0]).ids.tolist() == ["2"]


def test_frames_round_trip(items):
    outfits = Outfits.from_lists(items, [["b", "a"], ["c", "c"]])
    frame = outfits.to_frame()
    assert frame["outfit_id"].tolist() == ["0", "0", "1", "1"]
    assert frame["item_id"].tolist() == ["b", "a", "c", "c"]
    again = Outfits.from_frame(items, frame)
    assert torch.equal(again.ptr, outfits.ptr) and torch.equal(again.item_id, outfits.item_id)
    assert again.ids.equals(outfits.ids)
    assert outfits.select([]).to_frame().empty


@pytest.mark.parametrize(
    ("ptr", "expected"),
    [
        ([0], []),
        ([0, 0, 0], []),
        ([0, 2, 3, 5, 7, 8, 9], [(0, 3), (3, 5), (5, 6)]),
        ([0, 0, 1, 20, 21, 21], [(0, 3), (3, 5)]),  # one outfit larger than a block
        ([0, 3, 20], [(0, 2)]),
    ],
)
def test_row_blocks_have_every_row_once(ptr, expected):
    assert [(b.start, b.stop) for b in row_blocks(torch.tensor(ptr), block_size=4)] == expected
