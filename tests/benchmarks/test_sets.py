from __future__ import annotations

from fashiongraph.data import item_disjoint


def test_a_set_of_new_items_is_split_by_item(benchmark_module, benchmark_data):
    case = benchmark_module("harness.case").Case("mango, new items", seed=0)
    assert len(case.test) and bool(item_disjoint(case.test, case.train).all())
    assert list(case.questions) == ["uniform", "matched"]


def test_random_splits_keep_their_columns(benchmark_module, benchmark_data):
    sets = benchmark_module("harness.sets")
    assert sets.FROZEN == ("mango", "polyvore_titles")
    case = benchmark_module("harness.case").Case("mango", seed=0)
    assert list(case.questions) == ["uniform", "matched", "matched, new pairs"]
