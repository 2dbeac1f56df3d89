from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.cooccurrence import add_item_cooccurrence
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.evaluation.draw_questions import draw_fill_in_blank
from fashiongraph.evaluation.score_outfits import evaluating, precomputed_batches
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN
from fashiongraph.models.baselines import NGNN


def test_each_part_is_as_it_was_even_after_a_failure():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)).train()
    model[1].eval()
    with pytest.raises(RuntimeError), evaluating(model):
        assert not any(part.training for part in model.modules())
        raise RuntimeError
    assert [part.training for part in model.modules()] == [True, True, False]


CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"use_graph": False},
        {"num_steps": 1, "unit_states": True, "use_lift": True},
        {"use_context": True, "context_dropout": 0.5, "activation": "tanh"},
        {"use_pairs": True, "soft_minimum": True},
    ],
)
def test_items_encoded_once_score_as_items_encoded_batch_by_batch(wardrobe, settings, monkeypatch):
    monkeypatch.setattr("fashiongraph.evaluation.score_outfits._ROWS", 5)
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, **settings).double()
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    model.graph = add_item_cooccurrence(graph, wardrobe)
    loader = OutfitLoader(wardrobe, model.graph, 7, share_items=True)
    batches = precomputed_batches(model.eval(), loader, CPU)
    assert batches is not None
    with torch.no_grad():
        expected = torch.cat([model(batch) for batch in loader])
        score = torch.cat([model(batch) for batch in batches])
    assert score.dtype == torch.double
    torch.testing.assert_close(score, expected)
    torch.testing.assert_close(score_outfits(model, wardrobe, batch_size=7), expected.float())


def test_every_distinct_item_is_encoded_once(wardrobe):
    model = ADDGNN(8, 6, 3)
    encode, encoded = model.encode, []

    def count(x, context=None):
        encoded.append(len(x))
        return encode(x, context)

    model.encode = count
    questions = draw_fill_in_blank(wardrobe.select(wardrobe.sizes > 1), "uniform", seed=0)
    score_candidates(model, questions, batch_size=16)
    distinct = len(questions.outfits().item_id.unique())
    assert encoded == [1, distinct]  # one to see how much there is to keep


def test_fewer_products(wardrobe):
    model = ADDGNN(8, 6, 3)
    # Sums over neighbours, which are the same on both sides, would be counted as if dense.
    counted = {"display": False, "custom_mapping": {torch.ops.aten.addmm: lambda *_, **__: 0}}
    with FlopCounterMode(**counted) as once:
        score_outfits(model, wardrobe, batch_size=6)
    with FlopCounterMode(**counted) as each, torch.no_grad():
        for batch in OutfitLoader(wardrobe, batch_size=6, share_items=True):
            model(batch)
    assert once.get_total_flops() < each.get_total_flops()


def test_not_where_there_is_nothing_to_save(wardrobe, monkeypatch):
    def batches(model, outfits):
        loader = OutfitLoader(outfits, share_items=True)
        return precomputed_batches(model, loader, CPU)

    model = ADDGNN(8, 6, 3).eval()
    assert batches(NGNN(8, 5, 6), wardrobe) is None
    assert batches(model, wardrobe.select([])) is None
    assert batches(model, wardrobe.select([0, 1])) is None  # items hardly repeat
    monkeypatch.setattr("fashiongraph.evaluation.score_outfits._BYTES", 1000)
    assert batches(model, wardrobe) is None
    score_outfits(model, wardrobe)


def test_scores_come_in_the_order_of_outfits_and_leave_the_model_as_it_was(wardrobe):
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


def test_features_of_another_width_are_refused(wardrobe):
    with pytest.raises(FashionGraphError, match=r"the 9 features that the model reads \(got 8\)"):
        score_outfits(ADDGNN(9, 4, 2), wardrobe)


def test_a_model_gives_one_score_per_outfit(wardrobe):
    with pytest.raises(FashionGraphError, match=r"one score per outfit \[7\] \(got \[7, 1\]\)"):
        score_outfits(lambda batch: torch.zeros(batch.num_graphs, 1), wardrobe, batch_size=7)
    with pytest.raises(FashionGraphError, match=r"one score per outfit \[60\] \(got list\)"):
        score_outfits(lambda batch: [0.0] * batch.num_graphs, wardrobe)


def test_a_failure_leaves_the_model_as_it_was(wardrobe):
    class Broken(ADDGNN):
        def forward(self, batch):
            raise RuntimeError("broken")

    model = Broken(8, 4, 2).train()
    with pytest.raises(RuntimeError, match="broken"):
        score_outfits(model, wardrobe)
    assert model.training
