"""What cannot be shared among processes is refused, by name."""

from __future__ import annotations

import pytest

from fashiongraph.data.shares import check_shares
from fashiongraph.errors import FashionGraphError


@pytest.mark.parametrize(("rank", "world_size"), [(0, 1), (1, 2)])
def test_a_process_among_others(rank, world_size):
    check_shares(1, rank, world_size)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((0, 0, 1), r"'batch_size' needs to be a positive integer \(got 0\)"),
        ((8, 2, 2), r"'rank' needs to lie in \[0, 2\) \(got 2\)"),
        ((8, -1, 2), r"'rank' needs to lie in \[0, 2\) \(got -1\)"),
    ],
)
def test_what_names_no_share(shares, message):
    with pytest.raises(FashionGraphError, match=message):
        check_shares(*shares)
