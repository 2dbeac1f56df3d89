from __future__ import annotations

import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError

ITEMS = ItemTable.from_lists(list("abcdef"), ["x"] * 6)


def make(answer: tuple[int, ...] = (1, 0), **changes: object) -> FillInBlank:
    arguments = {
        "ptr": torch.tensor([0, 3, 5]),
        "item_id": torch.tensor([0, 1, 2, 2, 3]),
        "position": torch.tensor([1, 0]),
        "candidates": torch.tensor([[4, 1], [2, 5]]),
        "answer": torch.tensor(answer),
        "recipe": {"source": "by hand"},
    }
    return FillInBlank(items=ITEMS, **{**arguments, **changes})


def test_repr() -> None:
    assert repr(make()) == "FillInBlank(2 questions, {'source': 'by hand'})"


def test_outfits_have_every_candidate_in_turn() -> None:
    outfits = make().outfits()
    found = [rows.tolist() for rows in outfits.item_id.split(outfits.sizes.tolist())]
    assert found == [[0, 4, 2], [0, 1, 2], [2, 3], [5, 3]]
    assert make().target.tolist() == [1, 0]


def test_select() -> None:
    questions = make().select(torch.tensor([1]))
    assert len(questions) == 1
    assert questions.item_id.tolist() == [2, 3]
    assert questions.candidates.tolist() == [[2, 5]]
    assert torch.equal(make().select(torch.tensor([False, True])).answer, questions.answer)


def test_bad_arguments() -> None:
    with pytest.raises(FashionGraphError, match=r"'answer'.*question 1 has answer 1"):
        make(answer=(1, 1))
    with pytest.raises(FashionGraphError, match=r"question 0 has answer 2"):
        make(answer=(2, 0))
    with pytest.raises(FashionGraphError, match=r"'answer' needs one row.*got 1 for 2"):
        make(answer=(1,))
    with pytest.raises(FashionGraphError, match=r"need the shapes \[Q, A\] and \[Q\]"):
        make(candidates=torch.tensor([1, 2]))
    with pytest.raises(FashionGraphError, match=r"'position' needs to lie in \[0, 2\)"):
        make(position=torch.tensor([1, 2]))
