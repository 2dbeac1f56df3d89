"""Checks of the input of heuristic baselines."""

from __future__ import annotations

from torch import Tensor

from fashiongraph.errors import FashionGraphError


def check_rows(item: Tensor, num_items: int) -> None:
    """Check that items lie in the counted table.

    Args:
        item: Rows of items [N].
        num_items: Length of the table that was counted.

    Raises:
        FashionGraphError: If a row lies outside the table.
    """
    if item.numel() and int(item.max()) >= num_items:
        raise FashionGraphError(
            f"'batch' needs items of the table of {num_items} that was counted "
            f"(got row {int(item.max())})"
        )
