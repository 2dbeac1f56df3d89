"""Questions that ask whether an outfit is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.questions import Questions
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False, repr=False)
class Compatibility(Questions):
    """Q outfits, real and corrupted.

    Args:
        items: The item table.
        ptr: Offsets of the outfits [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        label: 1 for a real outfit, 0 for a corrupted one [Q].
        group: Number of the real outfit that each comes from [Q]: a bootstrap draws whole groups.
        recipe: How the questions were made, as JSON can say it.

    Raises:
        FashionGraphError: If the shapes do not fit, or a label is neither 0 nor 1.
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
        """What a model should find: :attr:`label` [Q]."""
        return self.label

    def outfits(self) -> Outfits:
        """The outfits to score."""
        return self.asked
