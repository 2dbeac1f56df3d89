from __future__ import annotations

import pytest
import torch

from fashiongraph.data import row_blocks as module
from fashiongraph.data.row_blocks import row_blocks


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
def test_every_row_once_and_few_at_a_time(monkeypatch, ptr, expected):
    monkeypatch.setattr(module, "_ROWS", 4)
    assert [(b.start, b.stop) for b in row_blocks(torch.tensor(ptr))] == expected
