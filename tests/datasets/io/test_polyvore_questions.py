from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import fashiongraph
from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.polyvore_questions import (
    NamedItems,
    Records,
    nested_rows,
    official_recipe,
    read_compatibility,
    read_fill_in_blank,
)
from fashiongraph.errors import DataError

FILE = Path("questions.json")


def test_recipe():
    assert official_recipe("fitb", "valid.json", left_out=3) == {
        "kind": "fitb",
        "protocol": "official",
        "source": "valid.json",
        "left_out": 3,
        "fashiongraph": fashiongraph.__version__,
    }


def test_names_stand_for_items(named):
    names = pa.array(["9_1", "8_3", "7_2"])
    rows, known = named().find(FILE, names, np.array([0, 0, 2]), 3)
    assert rows.tolist() == [0, 3, 1]
    assert known.tolist() == [True, True, True]


def test_unknown_names(named):
    names, question = pa.array(["9_1", "x", "7_2", "y"]), np.array([0, 1, 1, 2])
    with pytest.raises(DataError, match=r"question 2 .*\(got 'x'\)"):
        named().find(FILE, names, question, 4)
    rows, known = named(lenient=True).find(FILE, names, question, 4)
    assert rows[[0, 2]].tolist() == [0, 1]
    assert known.tolist() == [True, False, False, True]


def test_no_items():
    items = ItemTable.from_lists([], [])
    nothing = NamedItems(items, pd.Index([], dtype=str), np.empty(0, np.int64), lenient=True)
    _, known = nothing.find(FILE, pa.array(["x"]), np.array([1]), 2)
    assert known.tolist() == [True, False]


def records(*sizes, prefix=""):
    lists = pa.array([list(range(1, size + 1)) for size in sizes], pa.list_(pa.int64()))
    set_id = pa.array([f"{prefix}{number}" for number in range(len(sizes))], pa.string())
    rows = pd.DataFrame(nested_rows(set_id, lists, lists.flatten()))
    return Records(pd.DataFrame({"set_id": set_id.to_pandas()}), rows)


def test_rows_of_nested_lists():
    rows = records(2, 0, 1).rows
    assert rows["outfit"].tolist() == [0, 0, 2]
    assert rows["name"].tolist() == ["0_1", "0_2", "2_1"]


def test_splits_are_concatenated():
    splits = {"train": records(2, 0, 1, prefix="a"), "valid": records(), "test": records(1)}
    joined = Records.concat(splits)
    assert joined.outfits["set_id"].tolist() == ["a0", "a1", "a2", "0"]
    assert joined.outfits["split"].tolist() == ["train", "train", "train", "test"]
    assert joined.rows["outfit"].tolist() == [0, 0, 2, 3]
    items = ItemTable.from_lists(list("wxyz"), ["c"] * 4)
    outfits = joined.outfits_over(items, np.array([3, 0, 1, 1]))
    assert outfits.ids.tolist() == ["a0", "a1", "a2", "0"]
    assert outfits.ptr.tolist() == [0, 2, 2, 3, 4]
    assert outfits.item_id.tolist() == [3, 0, 1, 1]


def test_names_need_to_be_unique():
    file = Path("train.json")
    records(2, 0, 1).check_names(file)
    twice = records(2)
    twice.rows.loc[1, "name"] = "0_1"
    with pytest.raises(DataError, match=r"'index'.*\(got '0_1' again"):
        twice.check_names(file)
    with pytest.raises(DataError, match=r"'set_id'.*\(got '0' again"):
        Records.concat({"a": records(2, 2), "b": records(1)}).check_names(file)


def read_pairs(tmp_path, text, named):
    path = tmp_path / "compatibility.txt"
    path.write_text(text, encoding="utf-8")
    questions = read_compatibility(path, "valid.txt", named)
    sizes = questions.outfits().sizes.tolist()
    return questions, [part.tolist() for part in questions.item_id.split(sizes)]


def test_pairs(tmp_path, named):
    text = "1 7_1 7_2\n\n 1  8_1 8_2\t8_3 \r\n0 9_2 8_3\n0 7_1 7_1 9_1"
    questions, outfits = read_pairs(tmp_path, text, named())
    assert outfits == [[0, 1], [2, 1, 3], [4, 3], [0, 0, 0]]
    assert questions.label.tolist() == [1, 1, 0, 0]
    assert questions.group.tolist() == [0, 1, 0, 1]
    assert questions.recipe["source"] == "valid.txt"
    assert questions.recipe["left_out"] == 0


def test_outfits_that_do_not_pair_stand_alone(tmp_path, named):
    for text in "1 7_1 7_2\n0 8_1\n", "1 7_1\n0 7_2\n0 8_1\n", "1 7_1\n":
        questions, _ = read_pairs(tmp_path, text, named())
        assert questions.group.tolist() == list(range(len(questions)))


def test_unknown_items_of_pairs(tmp_path, named):
    text = "1 7_1 x\n1 7_1 7_2\n0 8_1 8_2\n"
    with pytest.raises(DataError, match=r"question 1 .*\(got 'x'\)"):
        read_pairs(tmp_path, text, named())
    questions, outfits = read_pairs(tmp_path, text, named(lenient=True))
    assert outfits == [[0, 1], [2, 1]]
    assert questions.group.tolist() == [0, 0]
    assert questions.recipe["left_out"] == 1


@pytest.mark.parametrize("line", ["2 7_1", "7_1 7_2", "1", "0 ", "1.0 7_1", "-1 7_1"])
def test_a_wrong_line(tmp_path, named, line):
    with pytest.raises(DataError, match=r"row 3: .*label"):
        read_pairs(tmp_path, f"1 7_1\n\n{line}\n", named())


def test_files_that_hold_nothing(tmp_path, named):
    for text in "", "\n \n":
        assert len(read_pairs(tmp_path, text, named())[0]) == 0
    (tmp_path / "compatibility.txt").write_bytes(b"1 \xff")
    for name in "compatibility.txt", "missing.txt":
        with pytest.raises(DataError, match=f"{name}: needs to be readable as text"):
            read_compatibility(tmp_path / name, "", named())


def question(beside, answers, position):
    return {"question": beside.split(), "answers": answers.split(), "blank_position": position}


def read_blanks(tmp_path, records, named, right):
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
    questions, outfits = read_blanks(tmp_path, records, named(), "first")
    assert outfits == [[3, 2, 1], [2, 1, 3], [2, 1, 3], [3]]
    assert questions.position.tolist() == [0, 1, 2, 0]
    assert questions.candidates.tolist() == [[3, 0, 4], [1, 0, 4], [3, 0, 4], [3, 0, 4]]
    assert questions.answer.tolist() == [0, 0, 0, 0]
    assert questions.recipe["source"] == "test.json"


def test_the_answer_of_the_same_outfit_is_right(tmp_path, named):
    records = [question("8_1 8_2", "7_1 8_3", 2), question("9_1", "9_2 8_3", 2)]
    questions, outfits = read_blanks(tmp_path, records, named(), "same_outfit")
    assert outfits == [[2, 3, 1], [0, 4]]
    assert questions.answer.tolist() == [1, 0]
    for answers in "7_1 9_1", "8_1 8_3":
        records[1] = question("8_2", answers, 1)
        with pytest.raises(DataError, match=r"question 2 .*its outfit"):
            read_blanks(tmp_path, records, named(), "same_outfit")
    records[1] = question("", "8_1 7_1", 1)
    with pytest.raises(DataError, match=r"question 2 .*beside the blank"):
        read_blanks(tmp_path, records, named(), "same_outfit")


@pytest.mark.parametrize("right", ["first", "same_outfit"])
def test_unknown_items_of_blanks(tmp_path, named, right):
    records = [
        question("8_1 8_9", "8_3 7_1", 1),
        question("8_1 8_2", "8_3 7_9", 1),
        question("8_1 8_2", "8_3 7_1", 3),
    ]
    with pytest.raises(DataError, match=r"question 1 .*\(got '8_9'\)"):
        read_blanks(tmp_path, records, named(), right)
    questions, outfits = read_blanks(tmp_path, records, named(lenient=True), right)
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
        read_blanks(tmp_path, [question("8_1 8_2", "8_3 7_1", 1), record], named(), "first")


@pytest.mark.parametrize("right", ["first", "same_outfit"])
def test_no_questions(tmp_path, named, right):
    questions, _ = read_blanks(tmp_path, [], named(), right)
    assert len(questions) == 0
