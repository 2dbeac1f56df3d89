from __future__ import annotations

import pytest
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import (
    ADDGNN,
)


def test_order_of_scores_and_mode_of_the_model(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2).train()
    score = score_outfits(model, wardrobe, batch_size=7)
    assert model.training
    assert not score.requires_grad
    model.encoder.eval()
    score_outfits(model, wardrobe)
    assert model.training
    assert not model.encoder.training
    backwards = score_outfits(model, wardrobe.select(torch.arange(60).flip(0)))
    torch.testing.assert_close(score, backwards.flip(0))
    assert score_outfits(model, wardrobe.select([])).shape == (0,)


def test_categories_are_indexed_by_the_models_vocabulary(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    model.categories = wardrobe.items.categories
    score = score_outfits(model, wardrobe)
    turned = wardrobe.with_items(
        wardrobe.items.with_vocabulary([*reversed(wardrobe.items.categories), "new"])
    )
    torch.testing.assert_close(score_outfits(model, turned), score)


def test_unknown_categories_are_refused_or_default(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 4, 2)
    few = wardrobe.with_items(wardrobe.items.with_vocabulary(["category0"], unknown="default"))
    first = few.category_id == 0
    model.graph = category_graph(few.category_id[first], few.batch[first], 1)
    model.categories = ["category0"]
    with pytest.raises(FashionGraphError, match=r"category1.*unknown='default'"):
        score_outfits(model, wardrobe)
    assert score_outfits(model, wardrobe, unknown="default").isfinite().all()


def test_features_of_another_width_are_refused(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'outfits'.*9 features.*got 8"):
        score_outfits(ADDGNN(9, 4, 2), wardrobe)


def test_refuses_other_than_one_score_per_outfit(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'model'.*\[7\] \(got \[7, 1\]"):
        score_outfits(lambda batch: torch.zeros(batch.num_graphs, 1), wardrobe, batch_size=7)
    with pytest.raises(FashionGraphError, match=r"'model'.*\[60\] \(got list"):
        score_outfits(lambda batch: [0.0] * batch.num_graphs, wardrobe)


def test_a_failure_restores_the_mode(wardrobe):
    class Broken(ADDGNN):
        def forward(self, batch):
            raise RuntimeError("broken")

    model = Broken(8, 4, 2).train()
    with pytest.raises(RuntimeError, match="broken"):
        score_outfits(model, wardrobe)
    assert model.training
