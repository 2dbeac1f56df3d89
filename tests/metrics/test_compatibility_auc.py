from __future__ import annotations

import torch

from fashiongraph.metrics import CompatibilityAUC
from fashiongraph.metrics.functional import roc_auc


def test_batches_add_up_to_the_function():
    rng = torch.Generator().manual_seed(0)
    score, label = torch.randn(30, generator=rng), torch.arange(30) % 2
    metric = CompatibilityAUC()
    for part in torch.arange(30).split(7):
        metric.update(score[part], label[part])
    assert float(metric.compute()) == float(roc_auc(score, label))
    metric.reset()
    metric.update(torch.tensor([1.0, 0.0]), torch.tensor([0, 1]))
    assert float(metric.compute()) == 0.0
