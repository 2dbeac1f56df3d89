from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.item_memory import remember_items
from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.data.questions.draw import draw_fill_in_blank
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.evaluation.precomputed_batches import precomputed_batches
from fashiongraph.models import ADDGNN, NGNN

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
    monkeypatch.setattr("fashiongraph.evaluation.precomputed_batches._ROWS", 5)
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, **settings).double()
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    model.graph = remember_items(graph, wardrobe)
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
    monkeypatch.setattr("fashiongraph.evaluation.precomputed_batches._BYTES", 1000)
    assert batches(model, wardrobe) is None
    score_outfits(model, wardrobe)
