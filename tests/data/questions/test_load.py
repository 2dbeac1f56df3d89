from __future__ import annotations

from pathlib import Path

import pytest

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.load import load_questions
from fashiongraph.data.questions.question_file import QuestionFile
from fashiongraph.errors import DataError
from fashiongraph.evaluation.draw_questions import draw_questions


@pytest.mark.parametrize("kind", ["fitb", "compatibility"])
def test_the_kind_is_that_of_the_file(wardrobe: Outfits, kind: str, tmp_path: Path) -> None:
    questions = draw_questions(wardrobe, kind, "uniform")
    questions.save(tmp_path / "q")
    loaded = load_questions(tmp_path / "q", wardrobe.items)
    assert type(loaded) is type(questions)
    assert loaded.checksum == questions.checksum


def test_unknown_kind(wardrobe: Outfits, tmp_path: Path) -> None:
    QuestionFile("quiz", [], {}, {}).write(tmp_path / "q")
    with pytest.raises(DataError, match=r"unknown kind, 'quiz'"):
        load_questions(tmp_path / "q", wardrobe.items)
