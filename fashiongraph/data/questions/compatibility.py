"""Compatibility questions: real and corrupted outfits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.questions import Questions
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False, repr=False)
class Compatibility(Questions):
    """Q real and corrupted outfits with labels, for the AUC of a model.

    Args:
        items: The item table.
        ptr: Offsets of the outfits [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        label: 1 for a real outfit, 0 for a corrupted one [Q].
        group: Number of the real outfit that each one derives from [Q]; a bootstrap samples groups.
        recipe: Provenance of the questions, serialisable as JSON.

    Raises:
        FashionGraphError: If the shapes do not fit, or a label is neither 0 nor 1.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> ptr, item_id = torch.tensor([0, 2, 4]), torch.tensor([0, 1, 0, 2])
        >>> Compatibility(items, ptr, item_id, torch.tensor([1, 0]), torch.tensor([0, 0]))
        Compatibility(2 questions, {})
    """

    kind: ClassVar[str] = "compatibility"

    label: Tensor
    group: Tensor

    def __post_init__(self) -> None:
        self._check_rows()
        wrong = self.label[(self.label != 0) & (self.label != 1)]
        if wrong.numel():
            raise FashionGraphError(f"'label' needs to be 0 or 1 (got {int(wrong[0])})")

    @property
    def target(self) -> Tensor:
        """The ground truth, :attr:`label` [Q]."""
        return self.label

    def outfits(self) -> Outfits:
        """The outfits to score."""
        return self.source_outfits
