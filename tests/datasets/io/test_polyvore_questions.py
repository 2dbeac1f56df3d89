from __future__ import annotations

import json

import pytest

from fashiongraph.datasets.io.polyvore_questions import read_fill_in_blank
from fashiongraph.errors import DataError


def question(beside, answers, position):
    return {"question": beside.split(), "answers": answers.split(), "blank_position": position}


def read(tmp_path, records, named, right):
    path = tmp_path / "fill_in_blank.json"
    path.write_text(json.dumps(records))
    questions = read_fill_in_blank(path, "test.json", named, right)
    sizes = (questions.ptr[1:] - questions.ptr[:-1]).tolist()
    return questions, [part.tolist() for part in questions.item_id.split(sizes)]


def test_the_first_answer_is_right(tmp_path, named):
    records = [
        question("8_1 8_2", "8_3 7_1 9_2", 1),
        question("8_1 8_3", "8_2 7_1 9_2", 2),
        question("8_1 8_2", "8_3 7_1 9_2", 3),
        question("", "8_3 7_1 9_2", 1),
    ]
    questions, outfits = read(tmp_path, records, named(), "first")
    assert outfits == [[3, 2, 1], [2, 1, 3], [2, 1, 3], [3]]
    assert questions.position.tolist() == [0, 1, 2, 0]
    assert questions.candidates.tolist() == [[3, 0, 4], [1, 0, 4], [3, 0, 4], [3, 0, 4]]
    assert questions.answer.tolist() == [0, 0, 0, 0]
    assert questions.recipe["source"] == "test.json"


def test_the_answer_of_the_own_outfit_is_right(tmp_path, named):
    records = [question("8_1 8_2", "7_1 8_3", 2), question("9_1", "9_2 8_3", 2)]
    questions, outfits = read(tmp_path, records, named(), "own_outfit")
    assert outfits == [[2, 3, 1], [0, 4]]
    assert questions.answer.tolist() == [1, 0]
    for answers in "7_1 9_1", "8_1 8_3":
        records[1] = question("8_2", answers, 1)
        with pytest.raises(DataError, match="question 2 needs one answer from its own outfit"):
            read(tmp_path, records, named(), "own_outfit")
    records[1] = question("", "8_1 7_1", 1)
    with pytest.raises(DataError, match="question 2 needs an item beside the blank"):
        read(tmp_path, records, named(), "own_outfit")


@pytest.mark.parametrize("right", ["first", "own_outfit"])
def test_unknown_items(tmp_path, named, right):
    records = [
        question("8_1 8_9", "8_3 7_1", 1),
        question("8_1 8_2", "8_3 7_9", 1),
        question("8_1 8_2", "8_3 7_1", 3),
    ]
    with pytest.raises(DataError, match=r"question 1 needs known items \(got '8_9'\)"):
        read(tmp_path, records, named(), right)
    questions, outfits = read(tmp_path, records, named(lenient=True), right)
    assert outfits == [[2, 1, 3]]
    assert questions.candidates.tolist() == [[3, 0]]
    assert questions.recipe["left_out"] == 2


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (question("8_1 8_2", "8_3 7_1", 0), "question 2 needs a 'blank_position' from 1"),
        (question("8_1 8_2", "8_3 7_1", 4), "question 2 needs a 'blank_position' from 1"),
        (question("8_1 8_2", "8_3", 1), "question 2 needs as many answers as others, 2"),
        (question("8_1 8_2", "", 1), "question 2 needs as many answers as others, 2"),
        ({"question": [], "answers": []}, "record 2 needs"),
    ],
)
def test_wrong_questions(tmp_path, named, record, rule):
    with pytest.raises(DataError, match=rule):
        read(tmp_path, [question("8_1 8_2", "8_3 7_1", 1), record], named(), "first")


@pytest.mark.parametrize("right", ["first", "own_outfit"])
def test_no_questions(tmp_path, named, right):
    questions, _ = read(tmp_path, [], named(), right)
    assert len(questions) == 0
