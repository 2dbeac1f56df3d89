"""The benchmark of miners runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "miner_cost.py"


@pytest.mark.slow
def test_every_miner_is_timed():
    pytest.importorskip("pytorch_metric_learning")
    command = [sys.executable, str(SCRIPT), "--outfits", "4", "8", "--triplets", "1000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| miner, ms a batch | 4 outfits | 8 outfits |" in done.stdout
    assert done.stdout.count("| pytorch-metric-learning") == 3
    assert "triplets)" in done.stdout
