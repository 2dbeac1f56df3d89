import itertools

import numpy as np
import pytest
import torch

from fashiongraph.stylist import shapley_values


def random_game(size, seed=0):
    table = np.random.default_rng(seed).normal(size=2**size)

    def value(sets):
        return torch.tensor([table[sum(1 << item for item in one)] for one in sets])

    return value


@pytest.mark.parametrize("size", [1, 2, 5])
def test_against_all_orders(size):
    value = random_game(size)
    total = np.zeros(size)
    orders = list(itertools.permutations(range(size)))
    for order in orders:
        for place, item in enumerate(order):
            before, after = sorted(order[:place]), sorted(order[: place + 1])
            total[item] += float(value([after])[0] - value([before])[0])
    share, error = shapley_values(value, size)
    np.testing.assert_allclose(share, total / len(orders), atol=1e-10)
    assert not error.any()


def test_samples_are_near_and_say_how_near():
    size = 12
    weight = torch.arange(size, dtype=torch.float64)

    def value(sets):
        return torch.stack([weight[one].sum() ** 2 / 50 for one in sets])

    share, error = shapley_values(value, size, num_samples=400)
    exact = weight * weight.sum() / 50  # of a square of a sum: item times sum
    assert float(share.sum()) == pytest.approx(float(weight.sum() ** 2 / 50))
    assert bool(((share - exact).abs() <= 5 * error + 1e-9).all())
    again, _ = shapley_values(value, size, num_samples=400)
    assert torch.equal(share, again)
    assert not torch.equal(share, shapley_values(value, size, 400, seed=1)[0])
