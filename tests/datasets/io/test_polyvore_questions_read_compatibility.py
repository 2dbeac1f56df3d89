from __future__ import annotations

import pytest

from fashiongraph.datasets.io.polyvore_questions import read_compatibility
from fashiongraph.errors import DataError


def read(tmp_path, text, named):
    path = tmp_path / "compatibility.txt"
    path.write_text(text, encoding="utf-8")
    questions = read_compatibility(path, "valid.txt", named)
    sizes = questions.outfits().sizes.tolist()
    return questions, [part.tolist() for part in questions.item_id.split(sizes)]


def test_pairs(tmp_path, named):
    text = "1 7_1 7_2\n\n 1  8_1 8_2\t8_3 \r\n0 9_2 8_3\n0 7_1 7_1 9_1"
    questions, outfits = read(tmp_path, text, named())
    assert outfits == [[0, 1], [2, 1, 3], [4, 3], [0, 0, 0]]
    assert questions.label.tolist() == [1, 1, 0, 0]
    assert questions.group.tolist() == [0, 1, 0, 1]
    assert questions.recipe["source"] == "valid.txt"
    assert questions.recipe["left_out"] == 0


def test_outfits_that_do_not_pair_stand_alone(tmp_path, named):
    for text in "1 7_1 7_2\n0 8_1\n", "1 7_1\n0 7_2\n0 8_1\n", "1 7_1\n":
        questions, _ = read(tmp_path, text, named())
        assert questions.group.tolist() == list(range(len(questions)))


def test_unknown_items(tmp_path, named):
    text = "1 7_1 x\n1 7_1 7_2\n0 8_1 8_2\n"
    with pytest.raises(DataError, match=r"question 1 needs known items \(got 'x'\)"):
        read(tmp_path, text, named())
    questions, outfits = read(tmp_path, text, named(lenient=True))
    assert outfits == [[0, 1], [2, 1]]
    assert questions.group.tolist() == [0, 0]
    assert questions.recipe["left_out"] == 1


@pytest.mark.parametrize("line", ["2 7_1", "7_1 7_2", "1", "0 ", "1.0 7_1", "-1 7_1"])
def test_a_wrong_line(tmp_path, named, line):
    with pytest.raises(DataError, match="row 3: a line needs a label, 0 or 1, and an item"):
        read(tmp_path, f"1 7_1\n\n{line}\n", named())


def test_files_that_hold_nothing(tmp_path, named):
    for text in "", "\n \n":
        assert len(read(tmp_path, text, named())[0]) == 0
    (tmp_path / "compatibility.txt").write_bytes(b"1 \xff")
    for name in "compatibility.txt", "missing.txt":
        with pytest.raises(DataError, match=f"{name}: needs to be readable as text"):
            read_compatibility(tmp_path / name, "", named())
