from __future__ import annotations

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits, category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNNPlus
from fashiongraph.models.baselines import BiLSTM
from fashiongraph.retrieval.completion_scorer import CompletionScorer


@pytest.mark.parametrize("own", [[3], [3, 30], [1, 8, 13, 8]])
@pytest.mark.parametrize("double", [False, True])
def test_scores_are_those_of_completed_outfits(wardrobe, make_model, components, own, double):
    model, items = make_model(**{**components, "pool": None}), wardrobe.items
    model = model.double() if double else model
    scorer, own = CompletionScorer(model, items), torch.tensor(own)
    candidates = torch.arange(17)
    ptr = torch.arange(18) * (len(own) + 1)
    rows = torch.cat([own.expand(17, -1), candidates.unsqueeze(1)], dim=1).flatten()
    expected = score_outfits(model, Outfits(items, ptr, rows))
    for block_size in (1, 5, 1000):
        got = scorer(own, candidates, block_size=block_size)
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)
    assert scorer(own, candidates[:0]).shape == (0,)


def test_interacting_candidates_are_scored_together(wardrobe):
    torch.manual_seed(0)
    scorer = CompletionScorer(BiLSTM(8, 6), wardrobe.items)
    own, candidates = torch.tensor([3, 30]), torch.arange(9)
    together = scorer(own, candidates)
    torch.testing.assert_close(scorer(own, candidates, block_size=2), together)
    assert float(together.exp().sum()) == pytest.approx(1.0, rel=1e-5)


def test_vectors_come_in_any_order(wardrobe, make_model):
    scorer = CompletionScorer(make_model(), wardrobe.items)
    rows = torch.tensor([7, 2, 7])
    vectors = scorer.embed(rows)
    torch.testing.assert_close(vectors[0], vectors[2])
    torch.testing.assert_close(vectors[1], scorer.embed(torch.tensor([2]))[0])


def test_unknown_categories(wardrobe, make_model):
    items, model, own = wardrobe.items, make_model(), torch.tensor([3, 30])
    items = ItemTable(items.ids, items.category_id, ["a", "b", "c", "d", "e"], items.features)
    scorer = CompletionScorer(model, items)
    assert scorer(own, torch.tensor([5]), "default").isfinite().all()
    with pytest.raises(FashionGraphError, match="--unknown default"):
        scorer(own, torch.tensor([5]))
    with pytest.raises(FashionGraphError, match="'unknown'.*'maybe'"):
        scorer(own, torch.tensor([5]), "maybe")


def test_a_graph_without_co_occurrence_is_refused(wardrobe):
    model = ADDGNNPlus(8)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    with pytest.raises(FashionGraphError, match="add_item_cooccurrence"):
        CompletionScorer(model, wardrobe.items)
