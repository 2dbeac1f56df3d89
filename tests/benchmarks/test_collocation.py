"""The benchmark of mixed-category metric learning runs, resumes, and tabulates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "collocation.py"
ROWS = ["features, not trained", "random", "schedule", "HDC, all pairs", "lifted structure 384"]


def benchmark(*options):
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--data", "polyvore_titles", "--rows", *ROWS, *options],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )


@pytest.mark.slow
def test_runs_resume_and_tabulate(benchmark_data, tmp_path):
    pytest.importorskip("pytorch_metric_learning")
    output = tmp_path / "out"
    small = ["--epochs", "2", "--output", str(output)]
    first = benchmark("--seeds", "0", *small)
    assert first.returncode == 0, first.stderr
    file = output / "collocation.jsonl"
    lines = file.read_text().splitlines()
    records = {record["row"]: record for record in map(json.loads, lines)}
    assert set(records) == set(ROWS)
    assert len(records["schedule"]["history"]["valid/score"]) == 2

    second = benchmark("--seeds", "0", "1", *small)
    assert second.returncode == 0, second.stderr
    both = file.read_text().splitlines()
    assert len(both) == 10 and set(lines) < set(both)
    text = (output / "collocation.md").read_text()
    assert "## polyvore_titles, frozen features features_text.npy" in text
    assert "tuned" not in text
    assert "| triplet, random negatives | 2 |" in text
    assert "| HDC, 3 x 128, all pairs of the batch as published | 2 |" in text
    assert "| schedule minus | seeds |" in text
    assert (output / "collocation.svg").stat().st_size > 0

    again = benchmark("--tabulate", *small)
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() in text


def test_published_rows_name_frozen_features(benchmark_module):
    report = benchmark_module("collocation_report")
    records = list(
        benchmark_module("harness.records").read_lines(
            SCRIPT.parent / "results" / "collocation.jsonl"
        )
    )
    text = report.report(records, "figure.svg")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## mango, frozen features features_image.npy",
        "## polyvore_titles, frozen features features_text.npy",
    ]
