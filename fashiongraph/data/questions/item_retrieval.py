"""Questions of complementary item retrieval (CIR)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.questions import Questions
from fashiongraph.data.replace import row_at
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False, repr=False)
class ItemRetrieval(Questions):
    """Q outfits with one blanked item each, the target, and S sets of candidates for the blanks.

    Questions of a category share a set, so that thousands of candidates are stored once.

    Args:
        items: The item table.
        ptr: Offsets of the complete outfits [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        position: Index inside each outfit of the target [Q].
        candidate_set: Set of candidates of each question [Q].
        set_ptr: Offsets of the sets [S + 1].
        set_item_id: Candidates, rows of the item table, set after set [M].
        recipe: Provenance of the questions, serialisable as JSON.

    Raises:
        FashionGraphError: If the shapes do not fit, or a target is not in its set once.

    Example:
        >>> from fashiongraph.data import ItemTable
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "skirt"])
        >>> questions = ItemRetrieval(
        ...     items, ptr=torch.tensor([0, 2]), item_id=torch.tensor([0, 1]),
        ...     position=torch.tensor([1]), candidate_set=torch.tensor([0]),
        ...     set_ptr=torch.tensor([0, 2]), set_item_id=torch.tensor([1, 2]),
        ... )
        >>> questions.num_candidates.tolist()
        [2]
    """

    kind: ClassVar[str] = "cir"
    item_fields: ClassVar[tuple[str, ...]] = ("item_id", "set_item_id")
    shared_fields: ClassVar[tuple[str, ...]] = ("set_ptr", "set_item_id")

    position: Tensor
    candidate_set: Tensor
    set_ptr: Tensor
    set_item_id: Tensor

    def __post_init__(self) -> None:
        self._check_rows()
        sizes = self.set_ptr.diff()
        if int(self.set_ptr[0]) or int(self.set_ptr[-1]) != len(self.set_item_id):
            raise FashionGraphError(
                f"'set_ptr' needs to run from 0 to {len(self.set_item_id)} "
                f"(got {self.set_ptr.tolist()[:1]} to {self.set_ptr.tolist()[-1:]})"
            )
        if len(self) and not 0 <= int(self.candidate_set.min()) <= int(self.candidate_set.max()) < (
            len(sizes)
        ):
            raise FashionGraphError(f"'candidate_set' needs to lie in [0, {len(sizes)})")
        of_set = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
        candidate = torch.sort(of_set * len(self.items) + self.set_item_id).values
        wanted = self.candidate_set * len(self.items) + self.target
        first, last = (torch.searchsorted(candidate, wanted, side=s) for s in ("left", "right"))
        if bool((last - first != 1).any()):
            wrong = int((last - first != 1).nonzero()[0])
            raise FashionGraphError(
                "'candidate_set' needs sets that hold the target once "
                f"(question {wrong} has it {int(last[wrong] - first[wrong])} times)"
            )

    @cached_property
    def target(self) -> Tensor:
        """The blanked items, rows of the item table [Q]."""
        return self.item_id[row_at(self.source_outfits, self.position)]

    @property
    def num_candidates(self) -> Tensor:
        """Number of candidates of each question, including the target [Q]."""
        return self.set_ptr.diff()[self.candidate_set]

    def fill_in_blank(self, index: Tensor) -> FillInBlank:
        """Questions of one set as FITB questions with all of its candidates.

        Args:
            index: Numbers of questions of the same set, at least one [q].
        """
        number = int(self.candidate_set[index[0]])
        candidates = self.set_item_id[int(self.set_ptr[number]) : int(self.set_ptr[number + 1])]
        chosen = self.source_outfits.select(index)
        right = candidates == self.target[index].unsqueeze(1)
        return FillInBlank(
            items=self.items,
            ptr=chosen.ptr,
            item_id=chosen.item_id,
            position=self.position[index],
            candidates=candidates.expand(len(index), -1),
            answer=right.int().argmax(dim=1),
        )
