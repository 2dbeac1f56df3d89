from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    Result,
    compatibility,
    evaluate_questions,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.models import ADDGNN


def knows_real(wardrobe):
    """A scorer that has seen the outfits: 1 for theirs, 0 for any other."""
    real = {tuple(o.tolist()) for o in wardrobe.item_id.split(wardrobe.sizes.tolist())}

    def score(batch):
        outfits = batch.item_id.split(batch.ptr.diff().tolist())
        return torch.tensor([float(tuple(o.tolist()) in real) for o in outfits])

    return score


def indifferent(batch):
    return torch.zeros(batch.num_graphs)


def test_a_perfect_and_an_indifferent_scorer(wardrobe):
    pairs, blanks = wardrobe.questions("compatibility"), wardrobe.questions("fitb")
    perfect = knows_real(wardrobe)
    assert compatibility(perfect, pairs).value == 1.0
    assert fill_in_blank(perfect, blanks).value == 1.0
    assert compatibility(indifferent, pairs).value == 0.5
    blank = fill_in_blank(indifferent, blanks)
    assert (blank.value, blank.fractional) == (0.0, 0.25)
    assert blank.num_questions == int((wardrobe.sizes > 1).sum())


def test_the_interval_holds_the_value(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    for kind in ("compatibility", "fitb"):
        result = evaluate_questions(model, wardrobe.questions(kind))
        assert result.low < result.value < result.high
        assert result == evaluate_questions(model, wardrobe.questions(kind), batch_size=7)


def test_a_result_reads_well():
    result = Result("FITB", 0.5, 0.4, 0.6, 1200, 0.55)
    assert str(result) == "FITB 0.500 [0.400, 0.600] over 1,200 questions, ties fractional 0.550"
    assert result.to_dict()["low"] == 0.4


def test_scores_come_in_the_order_of_outfits_and_leave_the_model_as_it_was(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2).train()
    score = score_outfits(model, wardrobe, batch_size=7)
    assert model.training
    assert not score.requires_grad
    backwards = score_outfits(model, wardrobe.select(torch.arange(60).flip(0)))
    torch.testing.assert_close(score, backwards.flip(0))
    assert score_outfits(model, wardrobe.select([])).shape == (0,)


def test_another_vocabulary_is_mapped_onto_the_models(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    model.categories = wardrobe.items.categories
    score = score_outfits(model, wardrobe)
    turned = wardrobe.with_items(
        wardrobe.items.with_vocabulary([*reversed(wardrobe.items.categories), "new"])
    )
    torch.testing.assert_close(score_outfits(model, turned), score)


def test_unknown_categories_are_refused_or_weighed_by_default(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    few = wardrobe.with_items(wardrobe.items.with_vocabulary(["category0"], unknown="default"))
    known = few.category_id == 0
    model.graph = category_graph(few.category_id[known], few.batch[known], 1)
    model.categories = ["category0"]
    with pytest.raises(FashionGraphError, match=r"lacks category1.*unknown='default'"):
        score_outfits(model, wardrobe)
    assert score_outfits(model, wardrobe, unknown="default").isfinite().all()
