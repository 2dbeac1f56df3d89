from __future__ import annotations

from fashiongraph.evaluation import compatibility


def test_a_perfect_and_an_indifferent_scorer(wardrobe, knows_real, indifferent):
    questions = wardrobe.questions("compatibility")
    perfect = compatibility(knows_real, questions)
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    assert compatibility(indifferent, questions).value == 0.5
    assert perfect.num_questions == int((wardrobe.sizes > 1).sum())
