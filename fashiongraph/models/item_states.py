"""Item embeddings of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class ItemStates:
    """Item embeddings of a batch, one row per distinct item if the batch shares items.

    Args:
        values: Named tensors with one row per distinct item [U, ...], as
            :meth:`OutfitModel.encode_items` returns them.
        index: Row of each node [N], or :obj:`None` where row i is node i.

    Example:
        >>> import torch
        >>> states = ItemStates({"state": torch.tensor([[1.0], [2.0]])}, torch.tensor([1, 0, 1]))
        >>> states.nodes("state").flatten().tolist()
        [2.0, 1.0, 2.0]
    """

    values: Mapping[str, Tensor]
    index: Tensor | None = None

    def __getitem__(self, name: str) -> Tensor:
        """Rows of the distinct items [U, ...]."""
        return self.values[name]

    def nodes(self, name: str) -> Tensor:
        """Rows of the nodes [N, ...]."""
        value = self.values[name]
        return value if self.index is None else value.index_select(0, self.index)
