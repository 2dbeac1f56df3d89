from __future__ import annotations

import pytest
import torch
from torchmetrics import MetricCollection

from fashiongraph.evaluation.metrics import FillInBlankAccuracy
from fashiongraph.evaluation.metrics.functional import fill_in_blank_accuracy


@pytest.mark.parametrize("ties", ["wrong", "fractional"])
def test_batches_add_up_to_the_function(ties):
    rng = torch.Generator().manual_seed(0)
    score = torch.randint(4, (30, 4), generator=rng).float()
    answer = torch.randint(4, (30,), generator=rng)
    metric = FillInBlankAccuracy(ties)
    assert float(metric.compute()) == 0.0
    for rows in torch.arange(30).split(7):
        metric.update(score[rows], answer[rows])
    expected = fill_in_blank_accuracy(score, answer, ties)
    assert float(metric.compute()) == pytest.approx(float(expected))


@pytest.mark.parametrize(("ties", "expected"), [("wrong", 0.75), ("fractional", 0.75 + 0.25 / 3)])
def test_exact_in_a_module_of_half_precision(ties, expected):
    metric = FillInBlankAccuracy(ties)
    torch.nn.ModuleList([metric]).to(torch.bfloat16)
    right, tied = [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]
    score = torch.tensor([right, right, right, tied], dtype=torch.bfloat16).repeat(5, 1)
    for _ in range(200):
        metric.update(score, torch.zeros(20, dtype=torch.long))
    assert float(metric.compute()) == pytest.approx(expected, abs=1e-7)


def test_a_collection_with_both_kinds_of_ties():
    both = MetricCollection({ties: FillInBlankAccuracy(ties) for ties in ("wrong", "fractional")})
    both.update(torch.tensor([[0.9, 0.1], [0.2, 0.8]]), torch.tensor([0, 0]))
    both.update(torch.zeros(2, 2), torch.tensor([0, 1]))
    assert both.compute() == {"wrong": 0.25, "fractional": 0.5}


def test_refuses_an_unknown_kind_of_ties():
    with pytest.raises(ValueError, match=r"'ties'.*got 'half'"):
        FillInBlankAccuracy("half")
