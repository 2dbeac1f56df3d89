from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.cooccurrence import add_item_cooccurrence
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.evaluation.draw_questions import draw_fill_in_blank
from fashiongraph.evaluation.score_batches import cached_batches, feature_blocks, score_batches
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


def test_feature_blocks_have_every_distinct_item_once(wardrobe):
    blocks = list(feature_blocks(wardrobe, CPU, block_size=5))
    assert max(map(len, blocks)) == 5
    assert torch.equal(torch.cat(blocks), wardrobe.items.features[wardrobe.item_id.unique()])
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    assert list(feature_blocks(bare, CPU)) == []
    rows = torch.tensor([4, 2])
    blocks = list(feature_blocks(wardrobe, CPU, rows))
    assert torch.equal(blocks[0], wardrobe.items.features[rows])


def test_a_function_gets_batches_with_positions_in_order(wardrobe):
    def score(model, batch):
        return batch.position + 10 * batch.ptr.diff()

    position = torch.arange(len(wardrobe)) % wardrobe.sizes
    found = score_batches(score, ADDGNN(8, 6, 3), wardrobe, 7, "error", position)
    assert found.tolist() == (position + 10 * wardrobe.sizes).tolist()
    assert score_batches(score, ADDGNN(8, 6, 3), wardrobe.select([]), 7, "error").shape == (0,)
