from __future__ import annotations

import pytest
import torch

from fashiongraph.metrics.functional import fill_in_blank_accuracy

SCORE = torch.tensor([[3.0, 1, 2, 0], [1, 1, 0, 0], [0, 5, 1, 1], [2, 2, 2, 2]])
ANSWER = torch.tensor([0, 1, 2, 3])


def test_ties_are_wrong_by_default_and_shared_on_request():
    assert fill_in_blank_accuracy(SCORE, ANSWER, reduce=False).tolist() == [1, 0, 0, 0]
    assert float(fill_in_blank_accuracy(SCORE, ANSWER)) == 0.25
    shared = fill_in_blank_accuracy(SCORE, ANSWER, ties="fractional", reduce=False)
    assert shared.tolist() == pytest.approx([1, 1 / 2, 0, 1 / 4])


def test_the_order_of_candidates_does_not_matter():
    rng = torch.Generator().manual_seed(0)
    score = torch.randint(5, (50, 4), generator=rng).float()
    answer = torch.randint(4, (50,), generator=rng)
    shuffle = torch.randperm(4, generator=rng)
    moved = shuffle.argsort()[answer]
    for ties in ("wrong", "fractional"):
        a = fill_in_blank_accuracy(score, answer, ties)
        assert float(a) == float(fill_in_blank_accuracy(score[:, shuffle], moved, ties))


def test_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"the shape \[Q, A\]"):
        fill_in_blank_accuracy(SCORE, ANSWER[:2])
    with pytest.raises(ValueError, match="'ties' needs to be"):
        fill_in_blank_accuracy(SCORE, ANSWER, ties="right")
    with pytest.raises(ValueError, match="needs numbers"):
        fill_in_blank_accuracy(SCORE * float("nan"), ANSWER)
