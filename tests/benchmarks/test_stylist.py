import math

import pytest


@pytest.fixture
def stylist(benchmark_module):
    return benchmark_module("stylist")


def test_a_row_per_measure_and_a_column_per_data_set(stylist):
    records = [
        {"data": "b", "seed": 3, "spoiler": 0.25, "items": 40},
        {"data": "b", "seed": 4, "spoiler": 0.75, "items": 44},
        {"data": "a", "seed": 3, "spoiler": 0.5, "items": 10},
    ]
    assert stylist.table(records).splitlines() == [
        "Means of the seeds 3, 4, with the lowest and the highest.",
        "",
        "| measure | b | a |",
        "| --- | --- | --- |",
        "| spoiler | 0.500 [0.250, 0.750] | 0.500 [0.500, 0.500] |",
        "| items | 42 [40, 44] | 10.0 [10.0, 10.0] |",
    ]


@pytest.mark.slow
def test_measures_of_synthetic_outfits_by_their_true_rules(stylist):
    found = stylist.measure("synthetic", seed=0, epochs=3, size=400)
    assert all(math.isfinite(value) for value in found.values())
    assert found["spoiler, matched"] > 2 * found["spoiler, matched, chance"]
    best = found["capsule of 5 from 12, optimum: outfits above 50"]
    assert found["capsule of 5 from 12: outfits above 50"] <= best
    composed = "composed{}: median percentile of the judge"
    assert found[composed.format("")] >= found[composed.format(", random")]


@pytest.mark.slow
def test_measures_of_a_short_training(stylist, data_root, monkeypatch):
    monkeypatch.setenv("FASHIONGRAPH_DATA", str(data_root("polyvore_titles").parent))
    found = stylist.measure("polyvore_titles", seed=0, epochs=1, size=0)
    assert all(math.isfinite(value) for value in found.values())
    assert found["ECE, matched, after"] < found["ECE, matched, before"] + 0.05
    assert 0 <= found["swaps that the judge prefers"] <= 1
