"""Fill-in-the-blank (FITB) questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.questions import Questions
from fashiongraph.data.replace import replaced, row_at
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False, repr=False)
class FillInBlank(Questions):
    """Q outfits with one blanked item each, A candidates for the blank, and the right answer.

    Args:
        items: The item table.
        ptr: Offsets of the complete outfits [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        position: Index inside each outfit of the blank [Q].
        candidates: Candidates for the blank, rows of the item table [Q, A].
        answer: Column of the blanked item among the candidates [Q].
        recipe: Provenance of the questions, serialisable as JSON.

    Raises:
        FashionGraphError: If the shapes do not fit, or an answer is not the blanked item.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> questions = FillInBlank(
        ...     items, ptr=torch.tensor([0, 2]), item_id=torch.tensor([0, 1]),
        ...     position=torch.tensor([1]), candidates=torch.tensor([[2, 1]]),
        ...     answer=torch.tensor([1]),
        ... )
        >>> questions.outfits().to_frame()["item_id"].tolist()
        ['a', 'c', 'a', 'b']
    """

    kind: ClassVar[str] = "fitb"
    item_fields: ClassVar[tuple[str, ...]] = ("item_id", "candidates")

    position: Tensor
    candidates: Tensor
    answer: Tensor

    def __post_init__(self) -> None:
        self._check_rows()
        if self.candidates.dim() != 2 or self.answer.dim() != 1:
            raise FashionGraphError(
                "'candidates' and 'answer' need the shapes [Q, A] and [Q] "
                f"(got {list(self.candidates.shape)} and {list(self.answer.shape)})"
            )
        blanked = self.item_id[row_at(self.source_outfits, self.position)]
        column = torch.arange(self.candidates.size(1))
        right = (column == self.answer.unsqueeze(1)) & (self.candidates == blanked.unsqueeze(1))
        if not bool(right.any(dim=1).all()):
            wrong = int((~right.any(dim=1)).nonzero()[0])
            raise FashionGraphError(
                "'answer' needs the column of the blanked item "
                f"(question {wrong} has answer {int(self.answer[wrong])})"
            )

    @property
    def target(self) -> Tensor:
        """The ground truth, :attr:`answer` [Q]."""
        return self.answer

    def outfits(self) -> Outfits:
        """Every outfit with every candidate in its blank; candidate a of question q is q·A + a."""
        return replaced(self.source_outfits, self.position, self.candidates)
