from __future__ import annotations

import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.errors import FashionGraphError

ITEMS = ItemTable.from_lists(list("abcdef"), ["x"] * 6)


def make(label: tuple[int, ...] = (1, 0, 0)) -> Compatibility:
    return Compatibility(
        items=ITEMS,
        ptr=torch.tensor([0, 2, 4, 6]),
        item_id=torch.tensor([0, 1, 0, 2, 3, 1]),
        label=torch.tensor(label),
        group=torch.tensor([0, 0, 0]),
    )


def test_outfits_and_target() -> None:
    questions = make()
    assert len(questions) == len(questions.outfits()) == 3
    assert torch.equal(questions.outfits().item_id, questions.item_id)
    assert questions.target.tolist() == [1, 0, 0]
    assert questions.recipe == {}


def test_select() -> None:
    questions = make().select(torch.tensor([True, False, True]))
    assert questions.item_id.tolist() == [0, 1, 3, 1]
    assert (questions.label.tolist(), questions.group.tolist()) == ([1, 0], [0, 0])


def test_bad_arguments() -> None:
    with pytest.raises(FashionGraphError, match=r"'label'.*got 2"):
        make((1, 2, 0))
    with pytest.raises(FashionGraphError, match=r"'label' needs one row.*got 2 for 3"):
        make((1, 0))
