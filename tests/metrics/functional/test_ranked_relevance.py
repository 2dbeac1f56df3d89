from __future__ import annotations

import pytest
import torch

from fashiongraph.metrics.functional import ranked_order, ranked_relevance


def test_order_is_that_of_the_scores():
    score = torch.tensor([[0.1, 0.9, 0.5], [3.0, 1.0, 2.0]])
    relevant = torch.tensor([[True, False, True], [False, True, False]])
    assert ranked_order(score, relevant).tolist() == [[1, 2, 0], [0, 2, 1]]
    assert ranked_relevance(score, relevant).tolist() == [[False, True, True], [False, False, True]]


def test_among_equals_the_irrelevant_come_first():
    relevant = torch.tensor([[True, False, True, False]])
    ranked = ranked_relevance(torch.zeros(1, 4), relevant)
    assert ranked.tolist() == [[False, False, True, True]]
    assert ranked_order(torch.zeros(1, 4), relevant).tolist() == [[1, 3, 0, 2]]


def test_no_queries_and_no_candidates():
    for shape in ((0, 3), (2, 0)):
        none = torch.empty(shape)
        assert ranked_relevance(none, none.bool()).shape == shape


def test_refuses_bad_input():
    with pytest.raises(ValueError, match="same shape"):
        ranked_order(torch.zeros(1, 2), torch.zeros(1, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="NaN"):
        ranked_order(torch.tensor([[float("nan")]]), torch.tensor([[True]]))
