from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import fill_in_blank


def test_a_perfect_and_an_indifferent_scorer(wardrobe, knows_real, indifferent):
    questions = draw_questions(wardrobe, "fitb", "uniform")
    assert fill_in_blank(knows_real, questions).value == 1.0
    blank = fill_in_blank(indifferent, questions)
    assert (blank.value, blank.fractional) == (0.0, 0.25)
    assert blank.num_questions == int((wardrobe.sizes > 1).sum())


def test_no_questions_are_refused(wardrobe, indifferent):
    questions = draw_questions(wardrobe, "fitb", "uniform")
    with pytest.raises(FashionGraphError, match="'questions' needs at least one question"):
        fill_in_blank(indifferent, questions.select(questions.target < 0))


def test_questions_of_another_kind_are_refused(wardrobe, indifferent):
    with pytest.raises(FashionGraphError, match=r"the kind 'fitb' \(got 'compatibility'\)"):
        fill_in_blank(indifferent, draw_questions(wardrobe, "compatibility", "uniform"))
    with pytest.raises(FashionGraphError, match=r"the kind 'fitb' \(got 'Outfits'\)"):
        fill_in_blank(indifferent, wardrobe)
