"""How several processes share batches."""

from __future__ import annotations

from fashiongraph.errors import FashionGraphError


def check_shares(batch_size: int, rank: int, world_size: int) -> None:
    """Check how batches are shared.

    Args:
        batch_size: Outfits or questions per batch and process.
        rank: Number of a process.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` names no process.
    """
    if batch_size < 1:
        raise FashionGraphError(f"'batch_size' needs to be a positive integer (got {batch_size})")
    if not 0 <= rank < world_size:
        raise FashionGraphError(f"'rank' needs to lie in [0, {world_size}) (got {rank})")
