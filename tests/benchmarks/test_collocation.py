"""The benchmark of mixed-category metric learning runs, and goes on where it stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "collocation.py"


@pytest.mark.slow
def test_a_finished_run_is_not_repeated(data_root, tmp_path):
    pytest.importorskip("pytorch_metric_learning")
    data_root("polyvore_titles")
    command = [sys.executable, str(SCRIPT), "--data", "polyvore_titles", "--rows", "features"]
    command += ["random", "--seeds", "0", "--epochs", "1", "--output", str(tmp_path)]
    command += ["--figure", str(tmp_path / "mining.png")]
    outputs, times = [], []
    for _ in range(2):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout[done.stdout.index("| data |") :])
        times.append({f.name: f.stat().st_mtime_ns for f in tmp_path.glob("*.json")})
    assert outputs[0] == outputs[1]
    assert times[0] == times[1]
    assert set(times[0]) == {"polyvore_titles_features_0.json", "polyvore_titles_random_0.json"}
    assert (tmp_path / "mining.png").stat().st_size > 0
    record = json.loads((tmp_path / "polyvore_titles_random_0.json").read_text())
    assert len(record["history"]["train/loss"]) == 1
