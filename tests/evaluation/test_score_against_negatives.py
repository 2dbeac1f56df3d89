from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits, category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
    draw_questions,
    score_against_negatives,
    score_candidates,
    score_outfits,
)
from fashiongraph.evaluation.score_against_negatives import every_blank
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import ADDGNN, ADDGNNPlus
from fashiongraph.models.baselines import BiLSTM


class NextItem:
    """A sampler of the next item of the table, which a loop can repeat."""

    def draw(self, outfits, position, num_negatives, rng):
        assert num_negatives == 1  # several at once would be drawn without replacement
        row = outfits.ptr[:-1] + position
        self.count = getattr(self, "count", 0) + len(outfits)
        return ((outfits.item_id[row] + rng.integers(1, 2)) % len(outfits.items)).unsqueeze(1)


def pooled_model(wardrobe):
    torch.manual_seed(0)
    model = ADDGNNPlus(8, 4, 2, context=None, priors=[], norm=None)
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    return model


def mean_score(model, outfits):
    """The score of outfits as candidates, which is not pooled."""
    model.pool, pool = None, model.pool
    score = score_outfits(model, outfits)
    model.pool = pool
    return score.double().numpy()


def test_equals_the_likelihood_ratio_by_a_loop(wardrobe):
    model = pooled_model(wardrobe)
    got = score_against_negatives(model, wardrobe, NextItem(), num_negatives=1, own_weight=0.5)
    plain = score_outfits(model, wardrobe).double().numpy()
    for b, items in enumerate(wardrobe.item_id.split(wardrobe.sizes.tolist())):
        total = 0.0
        for i in range(len(items)):
            corrupted = items.clone()
            corrupted[i] = (corrupted[i] + 1) % 40
            both = Outfits(wardrobe.items, torch.tensor([0, len(items), 2 * len(items)]),
                           torch.cat([items, corrupted]))  # fmt: skip
            c = mean_score(model, both)
            total += np.exp(-(c[0] - np.log((np.exp(c[0]) + np.exp(c[1])) / 2)))
        expected = -np.log(total / len(items)) + 0.5 * plain[b]
        np.testing.assert_allclose(float(got[b]), expected, atol=2e-6)


class Shifted(ADDGNN):
    """ADD-GNN with a random offset of the candidates of each question."""

    def score_candidates(self, batch, position, num_candidates):
        score = super().score_candidates(batch, position, num_candidates)
        return score + 10 * torch.rand(len(score), 1)


def test_offsets_of_questions_cancel(wardrobe):
    sampler = negative_sampler("uniform", wardrobe.items)
    scores = []
    for kind in (ADDGNN, Shifted):
        torch.manual_seed(0)
        scores.append(score_against_negatives(kind(8, 4, 2), wardrobe, sampler, own_weight=0.0))
    torch.testing.assert_close(*scores, atol=1e-5, rtol=0)


def test_blocks_and_batches_change_nothing(wardrobe):
    model, sampler = pooled_model(wardrobe), NextItem()
    expected = score_against_negatives(model, wardrobe, sampler, 3)
    assert sampler.count == 3 * len(wardrobe.item_id)
    got = score_against_negatives(model, wardrobe, sampler, 3, block_size=7, batch_size=5)
    torch.testing.assert_close(got, expected)


def test_negatives_of_a_small_pool_are_repeated(wardrobe):
    items = ItemTable.from_lists(list("abcdef"), list("xyzxyz"), torch.randn(6, 8))
    outfits = Outfits(items, torch.tensor([0, 3]), torch.tensor([0, 1, 2])).with_frequency()
    items = outfits.items.with_frequency(torch.ones(6, dtype=torch.long))
    sampler = negative_sampler("same_category", items)
    score = score_against_negatives(ADDGNN(8, 4, 2), outfits.with_items(items), sampler)
    assert score.shape == (1,) and score.isfinite().all()
    assert set(sampler.relaxed.values()) == {0}


def test_the_negatives_depend_on_the_seed(wardrobe):
    model, sampler = pooled_model(wardrobe), negative_sampler("uniform", wardrobe.items)
    scores = [score_against_negatives(model, wardrobe, sampler, 2, seed=s) for s in (0, 0, 1)]
    assert torch.equal(scores[0], scores[1])
    assert not torch.equal(scores[0], scores[2])


def test_candidates_are_scored_by_the_model(wardrobe):
    torch.manual_seed(0)
    model = BiLSTM(8, 4)
    got = score_against_negatives(model, wardrobe.select([3]), NextItem(), 1, own_weight=0.0)
    questions = every_blank(wardrobe.select([3]), NextItem(), 1, np.random.default_rng(0))
    ratio = score_candidates(model, questions).log_softmax(1)[:, 0] + np.log(2)
    torch.testing.assert_close(got[0], -(-ratio).exp().mean().log())


def test_outfits_without_items_and_no_outfits(wardrobe):
    model, sampler = pooled_model(wardrobe), negative_sampler("uniform", wardrobe.items)
    none = Outfits(wardrobe.items, torch.tensor([0, 0, 2]), torch.tensor([0, 1]))
    score = score_against_negatives(model, none, sampler)
    assert score.isfinite().all() and score[0] == 0.25 * score_outfits(model, none)[0]
    assert score_against_negatives(model, wardrobe.select([]), sampler).shape == (0,)


def test_compatibility_by_scores_against_negatives(wardrobe, perfect_scorer):
    questions = draw_questions(wardrobe, "compatibility")
    sampler = negative_sampler("uniform", wardrobe.items)
    result = compatibility(perfect_scorer, questions, score_against_negatives, sampler=sampler)
    assert result.value > 0.99


def test_refuses_no_negatives(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got 0"):
        score_against_negatives(ADDGNN(8, 4, 2), wardrobe, NextItem(), 0)
