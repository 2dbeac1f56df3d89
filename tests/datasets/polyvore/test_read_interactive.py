from __future__ import annotations

import json

import pytest

from fashiongraph.datasets.polyvore.read_interactive import read_interactive
from fashiongraph.errors import DataError

RECORDS = [
    {"answers": ["7_1", "7_2"], "questions": [["8_1", "9_2", "7_1"], ["8_3", "7_2"]]},
    {
        "answers": ["8_1", "8_2", "8_3"],
        "questions": [["8_1"], ["9_2", "7_1", "8_2"], ["7_2", "9_1", "8_3"]],
    },
]


def read(tmp_path, records, named):
    path = tmp_path / "interactive_questions.json"
    path.write_text(json.dumps(records))
    questions = read_interactive(path, path.name, named)
    sizes = (questions.ptr[1:] - questions.ptr[:-1]).tolist()
    return questions, [part.tolist() for part in questions.item_id.split(sizes)]


def test_a_question_for_each_item(tmp_path, named):
    questions, outfits = read(tmp_path, RECORDS, named())
    # Two of the five questions have fewer choices than the others.
    assert outfits == [[0, 1], [2, 1, 3], [2, 1, 3]]
    assert questions.position.tolist() == [0, 1, 2]
    assert questions.candidates.tolist() == [[2, 4, 0], [4, 0, 1], [1, 0, 3]]
    assert questions.answer.tolist() == [2, 2, 2]
    assert questions.recipe["left_out"] == 2


def test_unknown_items(tmp_path, named):
    records = json.loads(json.dumps(RECORDS))
    records[1]["questions"][1][0] = "x"
    with pytest.raises(DataError, match=r"needs known items \(got 'x'\)"):
        read(tmp_path, records, named())
    questions, outfits = read(tmp_path, records, named(lenient=True))
    assert outfits == [[0, 1], [2, 1, 3]]
    assert questions.position.tolist() == [0, 2]
    assert questions.recipe["left_out"] == 3
    # An unknown item of the outfit takes all its questions with it.
    records[0] = {"answers": ["7_1", "x"], "questions": [["8_1", "9_2", "7_1"], ["x"]]}
    questions, outfits = read(tmp_path, records, named(lenient=True))
    assert outfits == [[2, 1, 3]]
    assert questions.position.tolist() == [2]
    assert questions.recipe["left_out"] == 4


def test_wrong_records(tmp_path, named):
    records = json.loads(json.dumps(RECORDS))
    records[1]["questions"][2][2] = "8_2"
    with pytest.raises(DataError, match="record 2 needs its answers as the last choices"):
        read(tmp_path, records, named())
    records[1]["questions"].pop()
    with pytest.raises(DataError, match="record 2 needs a question for each of its answers"):
        read(tmp_path, records, named())
    assert len(read(tmp_path, [], named())[0]) == 0
