from __future__ import annotations

import pytest
import torch

from fashiongraph.evaluation.metrics import CompatibilityAUC
from fashiongraph.evaluation.metrics.functional import roc_auc


def test_batches_add_up_to_the_function():
    rng = torch.Generator().manual_seed(0)
    score, label = torch.randn(30, generator=rng), torch.arange(30) % 2
    metric = CompatibilityAUC()
    for rows in torch.arange(30).split(7):
        metric.update(score[rows], label[rows])
    assert float(metric.compute()) == float(roc_auc(score, label))
    metric.reset()
    metric.update(torch.tensor([1.0, 0.0]), torch.tensor([0, 1]))
    assert float(metric.compute()) == 0.0


def test_scores_keep_double_precision():
    score = torch.tensor([1.0, 1.0 + 1e-12], dtype=torch.double)
    metric = CompatibilityAUC()
    metric.update(score, torch.tensor([0, 1]))
    assert float(metric.compute()) == 1.0


def test_a_batch_of_one_label_is_nan_and_counted():
    metric = CompatibilityAUC()
    with pytest.warns(UserWarning, match="is NaN"):
        assert metric(torch.tensor([1.0]), torch.tensor([1])).isnan()
    with pytest.warns(UserWarning, match="is NaN"):
        assert metric(torch.tensor([0.0]), torch.tensor([0])).isnan()
    assert float(metric.compute()) == 1.0


def test_bad_shapes_are_refused():
    with pytest.raises(ValueError, match="'score' and 'label'"):
        CompatibilityAUC().update(torch.zeros(2, 1), torch.zeros(2))
