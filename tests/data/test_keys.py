from __future__ import annotations

import numpy as np

from fashiongraph.data.keys import distinct, held, shared


def test_as_sets_do() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(50, size=40), rng.integers(50, size=30)
    values, counts = distinct(one)
    assert values.tolist() == sorted(set(one.tolist()))
    assert counts.tolist() == [one.tolist().count(value) for value in values]
    assert shared(values, distinct(two)[0]).tolist() == sorted(
        set(one.tolist()) & set(two.tolist())
    )
    assert held(two, values).tolist() == [key in set(one.tolist()) for key in two.tolist()]


def test_empty() -> None:
    none, some = np.empty(0, dtype=np.int64), np.array([4, 7])
    assert held(none, some).tolist() == []
    assert held(some, none).tolist() == [False, False]
    assert distinct(none)[0].tolist() == shared(none, some).tolist() == []
