import numpy as np
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist.diversity import check_diversity, diverse


def loop(relevance, vectors, count, weight):
    """Maximal marginal relevance by a plain loop."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = []
    while len(chosen) < min(count, len(relevance)):
        best, value = None, -np.inf
        for i in range(len(relevance)):
            if i in chosen:
                continue
            near = max((float(unit[i] @ unit[j]) for j in chosen), default=0.0)
            gain = (1 - weight) * relevance[i] - weight * near
            if gain > value:
                best, value = i, gain
        chosen.append(best)
    return chosen


@pytest.mark.parametrize("weight", [0.0, 0.3, 0.9])
def test_against_a_loop(weight):
    rng = np.random.default_rng(0)
    relevance, vectors = rng.random(30), rng.normal(size=(30, 4))
    found = diverse(torch.tensor(relevance), torch.tensor(vectors), 8, weight)
    assert found.tolist() == loop(relevance, vectors, 8, weight)


def test_fewer_candidates_than_asked_for():
    assert sorted(diverse(torch.ones(2), torch.eye(2), 5, 0.5).tolist()) == [0, 1]
    assert diverse(torch.empty(0), torch.empty(0, 3), 5, 0.5).tolist() == []


def test_the_weight_is_checked():
    check_diversity(0.0)
    for weight in (-0.1, 1.0):
        with pytest.raises(FashionGraphError, match="'diversity' needs to lie in"):
            check_diversity(weight)
