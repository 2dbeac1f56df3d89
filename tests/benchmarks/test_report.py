"""Tables mark what is best and what is level with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def report(benchmark_module):
    return benchmark_module("harness.report")


def table_of(**models):
    rows = [
        {"column": "AUC", "seed": seed, "model": model, "value": value}
        for model, values in models.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_different_questions_are_not_compared(report):
    def cell(model, checksum):
        results = {"uniform AUC": {"value": 0.5, "checksum": checksum}}
        record = {"data": "x", "seed": 0, "machine": "2 cores", "torch": "2.15"}
        return "uniform", model, {"results": results, **record}

    assert len(report.to_frame([cell("a", "1"), cell("b", "1")])) == 2
    with pytest.raises(ValueError, match="different questions"):
        report.to_frame([cell("a", "1"), cell("b", "2")])


def test_intervals_allow_for_splits_of_the_same_outfits(report):
    mean, width = report.interval(np.array([0.2, 0.4, 0.6]))
    assert mean == pytest.approx(0.4)
    assert width == pytest.approx(4.302653 * 0.2 * (1 / 3 + 2 / 7) ** 0.5)  # Student, 2 degrees
    assert np.isnan(report.interval(np.array([0.5]))[1])


def test_level_is_where_the_paired_interval_holds_zero(report):
    table = table_of(
        best=[0.80, 0.70, 0.60, 0.75, 0.65],
        level=[0.70, 0.75, 0.55, 0.78, 0.60],
        behind=[0.75, 0.65, 0.55, 0.70, 0.60],  # by 0.05 on every seed
        absent=[],
    )
    lines = report.leaderboard(table, ["best", "level", "behind", "absent"]).splitlines()[2:]
    assert [line.split(" | ")[0] for line in lines] == ["| best", "| level", "| behind"]
    assert "| 0.700 / 0.700 ± " in lines[0] and lines[0].endswith(" ★ |")
    assert lines[1].endswith(" ≈ |")
    assert "| 0.650 / 0.650 ± " in lines[2] and "≈" not in lines[2]


def test_models_are_compared_over_the_seeds_that_they_share(report):
    table = table_of(ours=[0.8, 0.7, 0.3], theirs=[0.75, 0.65], others=[0.7, 0.6, 0.25])
    assert report.best(report.by_model(table, "AUC")) == "ours"
    lines = report.comparison(table, ["ours", "theirs", "others"], "ours").splitlines()[2:]
    assert lines[0].startswith("| ours | 3 | 0.600 ± ")
    assert lines[1].startswith("| theirs | 2 | 0.700 (-0.050 ± 0.000)")


def test_text_is_inserted_between_marks_alone(report, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table -->\nold\n<!-- /table -->\nafter\n")
    assert report.insert(page, "table", "new")
    assert page.read_text() == "before\n<!-- table -->\nnew\n<!-- /table -->\nafter\n"
    assert not report.insert(page, "results", "new")
    assert not report.insert(tmp_path / "missing.md", "table", "new")


def test_plots_are_reproducible(report, tmp_path):
    table = table_of(a=[0.5, 0.6, 0.7], b=[0.4, 0.6, 0.5], c=[0.3])
    files = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for file in files:
        report.dot_plot(table, ["a", "b", "c"], "b", file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"AUC" in files[0].read_bytes()
