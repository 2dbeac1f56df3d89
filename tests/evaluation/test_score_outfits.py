from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.cooccurrence import add_item_cooccurrence
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.evaluation.draw_questions import draw_fill_in_blank
from fashiongraph.evaluation.score_batches import cached_batches, feature_blocks
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import (
    ADDGNN,
    ADDGNNPlus,
    CategoryPMI,
    CooccurrenceContext,
    ItemPMI,
    OutfitModel,
)

CPU = torch.device("cpu")


def plus(**components):
    """ADD-GNN+ with the given components only."""
    return ADDGNNPlus(
        8, 6, 3, **{"context": None, "priors": [], "norm": None, "pool": None} | components
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda: ADDGNN(8, 6, 3),
        lambda: ADDGNN(8, 6, 3, num_steps=0),
        lambda: plus(norm="default", priors=[CategoryPMI()]),
        lambda: plus(context=CooccurrenceContext(8, 6, 3, "tanh", dropout=0.5), activation="tanh"),
        lambda: plus(priors=[ItemPMI()], pool="default"),
        lambda: ADDGNNPlus(8, 6, 3),
    ],
)
def test_cached_items_score_as_items_encoded_in_batches(wardrobe, build):
    torch.manual_seed(0)
    model = build().double()
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    model.graph = add_item_cooccurrence(graph, wardrobe)
    loader = OutfitLoader(wardrobe, model.graph, 7, share_items=True)
    batches = cached_batches(model.eval(), loader, CPU)
    assert batches is not None
    with torch.no_grad():
        expected = torch.cat([model(batch) for batch in loader])
        score = torch.cat([model(batch) for batch in batches])
    assert score.dtype == torch.double
    torch.testing.assert_close(score, expected)
    torch.testing.assert_close(score_outfits(model, wardrobe, batch_size=7), expected.float())


def test_every_distinct_item_is_encoded_once(wardrobe):
    model = ADDGNN(8, 6, 3)
    encode, encoded = model.encode_items, []

    def count(items):
        encoded.append(len(items.x))
        return encode(items)

    model.encode_items = count
    questions = draw_fill_in_blank(wardrobe.select(wardrobe.sizes > 1), "uniform", seed=0)
    score_candidates(model, questions, batch_size=16)
    distinct = len(questions.outfits().item_id.unique())
    assert encoded == [1, distinct]  # one to measure the size of the cache


def test_caching_takes_fewer_products(wardrobe):
    model = ADDGNN(8, 6, 3)
    # Sparse sums over neighbours are equal on both sides but would be counted as dense ones.
    counted = {"display": False, "custom_mapping": {torch.ops.aten.addmm: lambda *_, **__: 0}}
    with FlopCounterMode(**counted) as once:
        score_outfits(model, wardrobe, batch_size=6)
    with FlopCounterMode(**counted) as each, torch.no_grad():
        for batch in OutfitLoader(wardrobe, batch_size=6, share_items=True):
            model(batch)
    assert once.get_total_flops() < each.get_total_flops()


def test_no_cache_without_a_saving(wardrobe):
    def batches(model, outfits, **limits):
        loader = OutfitLoader(outfits, share_items=True)
        return cached_batches(model, loader, CPU, **limits)

    model = ADDGNN(8, 6, 3).eval()
    assert batches(model, wardrobe) is not None
    assert batches(OutfitModel(), wardrobe) is None  # no item embeddings
    assert batches(model, wardrobe.select([])) is None
    assert batches(model, wardrobe.select([0, 1])) is None  # few items recur
    assert batches(model, wardrobe, max_bytes=1000) is None


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


def test_feature_blocks_have_every_distinct_item_once(wardrobe):
    blocks = list(feature_blocks(wardrobe, CPU, block_size=5))
    assert max(map(len, blocks)) == 5
    assert torch.equal(torch.cat(blocks), wardrobe.items.features[wardrobe.item_id.unique()])
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    assert list(feature_blocks(bare, CPU)) == []
