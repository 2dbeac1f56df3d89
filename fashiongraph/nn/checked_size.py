"""Number of outfits of a batch."""

from __future__ import annotations

from torch import Tensor


def checked_size(x: Tensor, batch: Tensor, batch_size: int | None) -> int:
    """The number of outfits: as it is given, or the highest entry of ``batch`` plus one.

    Args:
        x: Rows, one for each item [N, ...].
        batch: Outfit of each item [N].
        batch_size: Number of outfits, where it is known.

    Raises:
        ValueError: If there is not one outfit for each row, which broadcasting would hide.
    """
    if batch.shape != x.shape[:1]:
        raise ValueError(
            f"'batch' needs one entry for each row of 'x' (got the shapes "
            f"{tuple(batch.shape)} and {tuple(x.shape)})"
        )
    if batch_size is not None:
        return batch_size
    return int(batch.max()) + 1 if batch.numel() else 0
