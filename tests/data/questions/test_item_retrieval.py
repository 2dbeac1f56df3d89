from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fashiongraph.data import ItemRetrieval, ItemTable, load_questions
from fashiongraph.errors import FashionGraphError


@pytest.fixture
def questions():
    items = ItemTable.from_lists([*"abcde"], ["top", "skirt", "top", "skirt", "skirt"])
    return ItemRetrieval(
        items,
        ptr=torch.tensor([0, 2, 4, 6]),
        item_id=torch.tensor([0, 1, 2, 3, 2, 1]),
        position=torch.tensor([1, 0, 1]),
        candidate_set=torch.tensor([1, 0, 1]),
        set_ptr=torch.tensor([0, 2, 5]),
        set_item_id=torch.tensor([0, 2, 1, 3, 4]),
        recipe={"seed": 0},
    )


def test_files_do_not_depend_on_the_order_of_items(questions, tmp_path):
    questions.save(tmp_path / "cir.npz")
    other = ItemTable.from_lists([*"edcba"], ["skirt", "skirt", "top", "skirt", "top"])
    loaded = load_questions(tmp_path / "cir.npz", other)
    assert isinstance(loaded, ItemRetrieval)
    assert loaded.checksum == questions.checksum
    assert list(other.ids[loaded.target.numpy()]) == ["b", "c", "b"]
    blanks = loaded.fill_in_blank(torch.tensor([0, 2]))
    assert list(other.ids[blanks.candidates[1].numpy()]) == ["b", "d", "e"]


def test_a_selection_keeps_the_sets(questions):
    chosen = questions.select(torch.tensor([2]))
    assert chosen.target.tolist() == [1] and chosen.num_candidates.tolist() == [3]
    assert torch.equal(chosen.set_item_id, questions.set_item_id)


def test_questions_of_a_set_are_blanks(questions):
    blanks = questions.fill_in_blank(torch.tensor([2, 0]))
    assert blanks.candidates.tolist() == [[1, 3, 4]] * 2
    assert blanks.answer.tolist() == [0, 0]
    assert questions.fill_in_blank(torch.tensor([1])).answer.tolist() == [1]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"candidate_set": torch.tensor([0, 0, 1])}, "hold the target once .question 0"),
        ({"set_item_id": torch.tensor([2, 2, 1, 3, 4])}, "question 1 has it 2 times"),
        ({"candidate_set": torch.tensor([1, 0, 2])}, "'candidate_set' needs to lie in"),
        ({"set_ptr": torch.tensor([0, 2, 4])}, "'set_ptr' needs to run from 0 to 5"),
        ({"position": torch.tensor([1, 0])}, "'position' needs one row per question"),
    ],
)
def test_bad_fields(questions, fields, message):
    with pytest.raises(FashionGraphError, match=message):
        replace(questions, **fields)
