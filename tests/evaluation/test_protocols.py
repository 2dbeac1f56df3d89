from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    evaluate_questions,
    fill_in_blank,
)
from fashiongraph.models import ADDGNN


def test_each_kind_has_its_metric_within_the_interval(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    for kind, metric in (("compatibility", "AUC"), ("fitb", "FITB")):
        result = evaluate_questions(model, draw_questions(wardrobe, kind))
        assert result.metric == metric
        assert result.low < result.value < result.high
        assert result == evaluate_questions(model, draw_questions(wardrobe, kind), batch_size=7)


def test_auc_of_perfect_and_constant_scorers(wardrobe, perfect_scorer, constant_scorer):
    questions = draw_questions(wardrobe, "compatibility")
    perfect = compatibility(perfect_scorer, questions)
    assert (perfect.value, perfect.low, perfect.high) == (1.0, 1.0, 1.0)
    assert compatibility(constant_scorer, questions).value == 0.5
    assert perfect.num_questions == int((wardrobe.sizes > 1).sum())


def test_auc_of_a_selection_samples_only_its_groups(wardrobe, perfect_scorer):
    questions = draw_questions(wardrobe, "compatibility")
    last = questions.select(questions.group >= int(questions.group.max()) - 2)
    result = compatibility(perfect_scorer, last)
    assert result.num_questions == 3
    # A sample of groups outside the selection would have the value 0.5.
    assert (result.value, result.low, result.high) == (1.0, 1.0, 1.0)


def test_auc_refuses_no_questions(wardrobe, constant_scorer):
    questions = draw_questions(wardrobe, "compatibility")
    with pytest.raises(FashionGraphError, match=r"'questions'.*got 0"):
        compatibility(constant_scorer, questions.select(questions.target < 0))


def test_auc_refuses_questions_of_another_kind(wardrobe, constant_scorer):
    with pytest.raises(FashionGraphError, match=r"'compatibility' \(got 'fitb'"):
        compatibility(constant_scorer, draw_questions(wardrobe, "fitb"))
    with pytest.raises(FashionGraphError, match=r"'compatibility' \(got 'Outfits'"):
        compatibility(constant_scorer, wardrobe)


def test_fitb_of_perfect_and_constant_scorers(wardrobe, perfect_scorer, constant_scorer):
    questions = draw_questions(wardrobe, "fitb")
    assert fill_in_blank(perfect_scorer, questions).value == 1.0
    blank = fill_in_blank(constant_scorer, questions)
    assert (blank.value, blank.fractional) == (0.0, 0.25)
    assert blank.num_questions == int((wardrobe.sizes > 1).sum())


def test_fitb_refuses_no_questions(wardrobe, constant_scorer):
    questions = draw_questions(wardrobe, "fitb")
    with pytest.raises(FashionGraphError, match=r"'questions'.*got 0"):
        fill_in_blank(constant_scorer, questions.select(questions.target < 0))


def test_fitb_refuses_questions_of_another_kind(wardrobe, constant_scorer):
    with pytest.raises(FashionGraphError, match=r"'fitb' \(got 'compatibility'"):
        fill_in_blank(constant_scorer, draw_questions(wardrobe, "compatibility"))
    with pytest.raises(FashionGraphError, match=r"'fitb' \(got 'Outfits'"):
        fill_in_blank(constant_scorer, wardrobe)


class Pooled(torch.nn.Module):
    """A plain module, not an OutfitModel."""

    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(8, 1)
        self.dropout = torch.nn.Dropout()

    def forward(self, batch):
        assert not self.training
        rows = self.dropout(self.lin(batch.x)).squeeze(-1)
        return torch.zeros(batch.num_graphs).index_add(0, batch.batch, rows)


def test_a_plain_module_and_a_function_have_equal_results(wardrobe):
    torch.manual_seed(0)
    module = Pooled()

    def function(batch):
        rows = module.lin(batch.x).squeeze(-1)
        return torch.zeros(batch.num_graphs).index_add(0, batch.batch, rows)

    for kind in ("compatibility", "fitb"):
        questions = draw_questions(wardrobe, kind)
        assert evaluate_questions(module, questions) == evaluate_questions(function, questions)
    assert module.training
