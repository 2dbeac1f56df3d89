from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.metrics.functional import roc_auc


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


def test_large_scores_stay_apart():
    assert float(roc_auc(torch.tensor([50.0, 40.0]), torch.tensor([1, 0]))) == 1.0


def test_all_equal_is_chance():
    assert float(roc_auc(torch.zeros(4), torch.tensor([1, 0, 1, 0]))) == 0.5


def test_refuses_what_cannot_be_ranked():
    with pytest.raises(ValueError, match="'label' needs both 0 and 1"):
        roc_auc(torch.zeros(2), torch.tensor([1, 1]))
    with pytest.raises(ValueError, match="'score' needs numbers"):
        roc_auc(torch.tensor([float("nan"), 0.0]), torch.tensor([1, 0]))
    with pytest.raises(ValueError, match="the same shape"):
        roc_auc(torch.zeros(3), torch.tensor([1, 0]))
