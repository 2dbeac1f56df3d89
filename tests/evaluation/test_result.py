from __future__ import annotations

from fashiongraph.evaluation import Result


def test_text_and_dict():
    result = Result("FITB", 0.5, 0.4, 0.6, 1200, 0.55)
    assert str(result) == "FITB 0.500 [0.400, 0.600] over 1,200 questions, ties fractional 0.550"
    assert result.to_dict()["low"] == 0.4
