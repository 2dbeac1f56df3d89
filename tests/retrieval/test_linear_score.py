from __future__ import annotations

import numpy as np
import pytest
import torch
from fashiongraph.retrieval.linear_score import linear_score

from fashiongraph.nn import AttributeBilinearScorer


def mean_of_pairs(h, weight):
    """Eq. A7 and A8, pair by pair."""
    n = len(h)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    return np.mean(
        [sum(h[i, k] @ weight[k] @ h[j, k] for k in range(len(weight))) for i, j in pairs]
    )


@pytest.mark.parametrize("n", [1, 2, 5])
def test_is_the_score_of_the_completed_outfit(n):
    torch.manual_seed(n)
    scorer = AttributeBilinearScorer(4, 3).double()
    torch.nn.init.normal_(scorer.weight)
    h, new = torch.randn(n, 3, 4).double(), torch.randn(7, 3, 4).double()
    query, constant = (part.detach() for part in linear_score(scorer, h))
    assert query.shape == (3, 4)
    weight = scorer.weight.detach().numpy()
    for item in new:
        expected = mean_of_pairs(torch.cat([h, item[None]]).numpy(), weight)
        assert float((query * item).sum() + constant) == pytest.approx(expected, abs=1e-12)
