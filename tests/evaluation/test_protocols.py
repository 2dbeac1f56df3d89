from __future__ import annotations

import torch

from fashiongraph.evaluation import evaluate_questions
from fashiongraph.models import ADDGNN


def test_asks_each_kind_its_own_way_and_the_interval_holds_the_value(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    for kind, metric in (("compatibility", "AUC"), ("fitb", "FITB")):
        result = evaluate_questions(model, draw_questions(wardrobe, kind, "uniform"))
        assert result.metric == metric
        assert result.low < result.value < result.high
        assert result == evaluate_questions(model, draw_questions(wardrobe, kind, "uniform"), batch_size=7)
