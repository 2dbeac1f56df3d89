from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.evaluation.metrics.functional import fill_in_blank_accuracy, roc_auc


def auc_by_loop(score, label):
    pairs = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p in score[label == 1]
        for n in score[label == 0]
    ]
    return sum(pairs) / len(pairs)


@pytest.mark.parametrize("values", [1000, 4])  # hardly any ties, and many
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_equals_a_loop_over_pairs(values, scale):
    rng = np.random.default_rng(0)
    score = rng.integers(values, size=60) * scale - 7.0
    label = rng.permutation(np.arange(60) % 3 == 0).astype(int)
    got = roc_auc(torch.from_numpy(score), torch.from_numpy(label))
    assert float(got) == pytest.approx(auc_by_loop(score, label))


def test_large_scores_are_not_merged():
    assert float(roc_auc(torch.tensor([50.0, 40.0]), torch.tensor([1, 0]))) == 1.0


def test_equal_scores_have_auc_one_half():
    assert float(roc_auc(torch.zeros(4), torch.tensor([1, 0, 1, 0]))) == 0.5


def test_auc_refuses_bad_input():
    with pytest.raises(ValueError, match="'label' needs both 0 and 1"):
        roc_auc(torch.zeros(2), torch.tensor([1, 1]))
    with pytest.raises(ValueError, match="'score' needs numbers"):
        roc_auc(torch.tensor([float("nan"), 0.0]), torch.tensor([1, 0]))
    with pytest.raises(ValueError, match="the same shape"):
        roc_auc(torch.zeros(3), torch.tensor([1, 0]))


SCORE = torch.tensor([[3.0, 1, 2, 0], [1, 1, 0, 0], [0, 5, 1, 1], [2, 2, 2, 2]])
ANSWER = torch.tensor([0, 1, 2, 3])


def test_ties_are_wrong_or_fractional():
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


def test_fitb_refuses_bad_input():
    with pytest.raises(ValueError, match=r"the shape \[Q, A\]"):
        fill_in_blank_accuracy(SCORE, ANSWER[:2])
    with pytest.raises(ValueError, match="'ties' needs to be"):
        fill_in_blank_accuracy(SCORE, ANSWER, ties="right")
    with pytest.raises(ValueError, match="needs numbers"):
        fill_in_blank_accuracy(SCORE * float("nan"), ANSWER)
