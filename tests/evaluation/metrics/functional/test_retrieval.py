from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.functional import retrieval as reference

from fashiongraph.evaluation.metrics.functional import (
    ranked_order,
    ranked_relevance,
    retrieval_average_precision,
    retrieval_hit_rate,
    retrieval_recall,
)


def test_order_is_that_of_the_scores():
    score = torch.tensor([[0.1, 0.9, 0.5], [3.0, 1.0, 2.0]])
    relevant = torch.tensor([[True, False, True], [False, True, False]])
    assert ranked_order(score, relevant).tolist() == [[1, 2, 0], [0, 2, 1]]
    assert ranked_relevance(score, relevant).tolist() == [[False, True, True], [False, False, True]]


def test_irrelevant_candidates_are_first_in_ties():
    relevant = torch.tensor([[True, False, True, False]])
    ranked = ranked_relevance(torch.zeros(1, 4), relevant)
    assert ranked.tolist() == [[False, False, True, True]]
    assert ranked_order(torch.zeros(1, 4), relevant).tolist() == [[1, 3, 0, 2]]


def test_no_queries_and_no_candidates():
    for shape in ((0, 3), (2, 0)):
        none = torch.empty(shape)
        assert ranked_relevance(none, none.bool()).shape == shape


def test_refuses_bad_input():
    with pytest.raises(ValueError, match="same shape"):
        ranked_order(torch.zeros(1, 2), torch.zeros(1, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="NaN"):
        ranked_order(torch.tensor([[float("nan")]]), torch.tensor([[True]]))


@pytest.fixture
def questions():
    rng = torch.Generator().manual_seed(0)
    # torchmetrics ignores scores of zero and below.
    score = torch.rand(40, 25, generator=rng, dtype=torch.double) + 0.1
    relevant = torch.rand(40, 25, generator=rng) < 0.2
    relevant[0] = False
    relevant[1] = True
    return score, relevant


@pytest.mark.parametrize("k", [1, 3, 25, 40])
def test_equals_torchmetrics(questions, k):
    score, relevant = questions
    ranked = ranked_relevance(score, relevant)
    top = min(k, 25)
    for ours, theirs in (
        (retrieval_recall(ranked, k), reference.retrieval_recall),
        (retrieval_hit_rate(ranked, k), reference.retrieval_hit_rate),
    ):
        wanted = [theirs(s, r, top_k=top) for s, r in zip(score, relevant, strict=True)]
        torch.testing.assert_close(ours.float(), torch.stack(wanted).float())
    wanted = [
        reference.retrieval_average_precision(s, r) for s, r in zip(score, relevant, strict=True)
    ]
    got = retrieval_average_precision(ranked).float()
    torch.testing.assert_close(got, torch.stack(wanted).float())


def test_average_precision_equals_a_plain_loop(questions):
    ranked = ranked_relevance(*questions)
    for row, got in zip(ranked.numpy(), retrieval_average_precision(ranked), strict=True):
        found, precision = 0, []
        for rank, hit in enumerate(row, start=1):
            if hit:
                found += 1
                precision.append(found / rank)
        assert float(got) == pytest.approx(np.mean(precision) if precision else 0.0, abs=1e-12)


def test_no_queries_and_a_bad_k():
    none = torch.empty(0, 3, dtype=torch.bool)
    assert retrieval_recall(none, 2).shape == (0,)
    assert retrieval_average_precision(torch.empty(2, 0, dtype=torch.bool)).tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"'k'.*got 0"):
        retrieval_recall(none, 0)
