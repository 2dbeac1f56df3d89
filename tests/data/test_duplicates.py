from __future__ import annotations

from collections import Counter

import numpy as np
import torch

from fashiongraph.data.duplicates import content_code, first_equal, without_duplicates
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits

ITEMS = ItemTable.from_lists(list("abcd"), ["x"] * 4)


def bags(outfits: Outfits) -> list[frozenset[tuple[int, int]]]:
    parts = outfits.item_id.split(outfits.sizes.tolist())
    return [frozenset(Counter(part.tolist()).items()) for part in parts]


def test_outfits_are_equal_as_multisets() -> None:
    outfits = Outfits.from_lists(
        ITEMS, [["a", "b"], ["b", "a"], ["a", "a", "b"], ["a", "b", "b"], ["a", "b", "a"], ["a"]]
    )
    kept, removed = without_duplicates(outfits)
    assert removed == 2
    assert list(kept.ids) == ["0", "2", "3", "5"]


def test_no_outfits_and_empty_ones() -> None:
    none = Outfits(ITEMS, torch.zeros(1, dtype=torch.long), torch.empty(0, dtype=torch.long))
    assert without_duplicates(none)[1] == 0
    outfits = Outfits.from_lists(ITEMS, [[], ["a"], [], ["a"]])
    kept, removed = without_duplicates(outfits)
    assert (kept.sizes.tolist(), removed) == ([0, 1], 2)


def test_codes_are_equal_for_equal_multisets() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(0, 5, 3000)
    ptr = torch.from_numpy(np.append(0, sizes.cumsum()))
    outfits = Outfits(ITEMS, ptr, torch.from_numpy(rng.integers(4, size=int(ptr[-1]))))
    code: dict[frozenset[tuple[int, int]], int] = {}
    expected = [code.setdefault(bag, len(code)) for bag in bags(outfits)]
    assert content_code(outfits).tolist() == expected
    kept, removed = without_duplicates(outfits)
    assert removed == 3000 - len(code)
    assert bags(kept) == list(code)


def test_equal_digests_do_not_merge_different_outfits() -> None:
    outfits = Outfits.from_lists(
        ITEMS, [["a", "b"], ["c", "d"], ["d", "c"], ["a", "b", "a"], ["a"], [], ["b", "a", "b"], []]
    )
    digest = outfits.sizes.numpy() % 2
    assert first_equal(outfits, digest).tolist() == [0, 1, 1, 3, 4, 5, 6, 5]
    assert content_code(outfits).tolist() == [0, 1, 1, 2, 3, 4, 5, 4]


def test_nothing_is_copied_without_duplicates() -> None:
    outfits = Outfits.from_lists(ITEMS, [["a", "b"], ["c"]])
    assert without_duplicates(outfits)[0] is outfits
