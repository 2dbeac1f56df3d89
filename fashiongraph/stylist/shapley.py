"""Shapley values of the items of an outfit."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np
import torch
from torch import Tensor

_EXACT = 10  # items, 1,024 subsets


def shapley_values(
    value: Callable[[list[list[int]]], Tensor],
    size: int,
    num_samples: int = 200,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    r"""Share of each item in the value of a set.

    .. math::
        \phi_i = \sum_{S \subseteq O \setminus i} \frac{|S|!\,(n - |S| - 1)!}{n!}
        \left(v(S \cup i) - v(S)\right), \qquad \sum_i \phi_i = v(O) - v(\emptyset)

    They are exact for up to ten items. For more, orders of the items are drawn, each with its
    reverse, and an item's share is the mean gain when it is added to those before it.

    Source: Shapley, "A value for n-person games", in Contributions to the theory of games II, 1953;
    antithetic sampling: Mitchell et al., `"Sampling permutations for Shapley value estimation"
    <https://www.jmlr.org/papers/v23/21-0439.html>`_ (JMLR 2022).

    Args:
        value: Values of sets of items, each a sorted list of numbers below ``size``.
        size: Number of items, n.
        num_samples: Number of orders for more than ten items.
        seed: Seed of the orders.

    Returns:
        Shares [n] and their standard errors [n], which are 0 where the shares are exact.

    Example:
        >>> def value(sets):
        ...     return torch.tensor([float(0 in one and 1 in one) for one in sets])
        >>> shapley_values(value, 3)[0]
        tensor([0.5000, 0.5000, 0.0000], dtype=torch.float64)
    """
    return _exact(value, size) if size <= _EXACT else _sampled(value, size, num_samples, seed)


def _exact(value: Callable[[list[list[int]]], Tensor], size: int) -> tuple[Tensor, Tensor]:
    code = np.arange(1 << size)
    holds = (code[:, None] >> np.arange(size)) & 1 == 1
    values = value([np.flatnonzero(row).tolist() for row in holds]).double().numpy()
    count = holds.sum(axis=1)
    weight = np.array(
        [factorial(s) * factorial(size - s - 1) / factorial(size) for s in range(size)]
    )
    shares = [
        float((weight[count[without]] * (values[without | 1 << i] - values[without])).sum())
        for i in range(size)
        for without in [code[~holds[:, i]]]
    ]
    return torch.tensor(shares, dtype=torch.float64), torch.zeros(size, dtype=torch.float64)


def _sampled(
    value: Callable[[list[list[int]]], Tensor], size: int, num_samples: int, seed: int
) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(size) for _ in range((num_samples + 1) // 2)]
    orders = [one for order in orders for one in (order, order[::-1])]
    sets = [sorted(order[:length].tolist()) for order in orders for length in range(size + 1)]
    values = value(sets).double().numpy().reshape(len(orders), size + 1)
    gains = np.empty((len(orders), size))
    for row, order in enumerate(orders):
        gains[row, order] = np.diff(values[row])
    # An order and its reverse depend on each other: their mean is one observation.
    pairs = gains.reshape(-1, 2, size).mean(axis=1)
    error = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    return torch.from_numpy(gains.mean(axis=0)), torch.from_numpy(error)
