from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fashiongraph.evaluation.metrics.functional import (
    bootstrap_interval,
    mean_interval,
    roc_auc,
    roc_auc_interval,
)


def test_mean_interval_agrees_with_the_normal_one():
    value = torch.from_numpy(np.random.default_rng(0).random(2000))
    low, high = mean_interval(value, num_samples=4000)
    half = 1.96 * float(value.std()) / math.sqrt(2000)
    assert low == pytest.approx(float(value.mean()) - half, abs=0.1 * half)
    assert high == pytest.approx(float(value.mean()) + half, abs=0.1 * half)


def test_auc_interval_equals_that_of_resampled_questions():
    rng = np.random.default_rng(1)
    score = torch.from_numpy(rng.integers(12, size=80).astype(float))  # with ties
    label = torch.arange(80) % 2
    group = torch.arange(80) // 2
    drawn = rng.multinomial(40, np.full(40, 1 / 40), 200)
    areas = []
    for times in drawn:
        rows = np.repeat(np.arange(80), times[group.numpy()])
        areas.append(float(roc_auc(score[rows], label[rows])))
    low, high = roc_auc_interval(score, label, group, num_samples=20_000)
    assert low == pytest.approx(np.quantile(areas, 0.025), abs=0.03)
    assert high == pytest.approx(np.quantile(areas, 0.975), abs=0.03)
    assert low < float(roc_auc(score, label)) < high


def test_intervals_are_seeded_and_widen_with_the_level():
    value = torch.rand(100, generator=torch.Generator().manual_seed(0))
    assert mean_interval(value) == mean_interval(value)
    narrow, wide = mean_interval(value, level=0.5), mean_interval(value, level=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_no_questions_have_no_interval():
    assert all(math.isnan(end) for end in mean_interval(torch.empty(0)))


def test_refuses_a_bad_level():
    with pytest.raises(ValueError, match="'level' needs to lie in"):
        bootstrap_interval(lambda drawn: drawn.sum(1), 3, level=1.0)
