from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import compatibility


def test_a_perfect_and_an_indifferent_scorer(wardrobe, knows_real, indifferent):
    questions = draw_questions(wardrobe, "compatibility", "uniform")
    perfect = compatibility(knows_real, questions)
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    assert compatibility(indifferent, questions).value == 0.5
    assert perfect.num_questions == int((wardrobe.sizes > 1).sum())


def test_a_selection_counts_and_draws_only_what_it_holds(wardrobe, knows_real):
    questions = draw_questions(wardrobe, "compatibility", "uniform")
    last = questions.select(questions.group >= int(questions.group.max()) - 2)
    result = compatibility(knows_real, last)
    assert result.num_questions == 3
    # Groups left out would come up in samples without any question, worth 0.5.
    assert (result.value, result.low, result.high) == (1.0, 1.0, 1.0)


def test_no_questions_are_refused(wardrobe, indifferent):
    questions = draw_questions(wardrobe, "compatibility", "uniform")
    with pytest.raises(FashionGraphError, match="'questions' needs at least one question"):
        compatibility(indifferent, questions.select(questions.target < 0))


def test_questions_of_another_kind_are_refused(wardrobe, indifferent):
    with pytest.raises(FashionGraphError, match=r"the kind 'compatibility' \(got 'fitb'\)"):
        compatibility(indifferent, draw_questions(wardrobe, "fitb", "uniform"))
    with pytest.raises(FashionGraphError, match=r"the kind 'compatibility' \(got 'Outfits'\)"):
        compatibility(indifferent, wardrobe)
