"""The benchmark of miners times each of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "miner_cost.py"


@pytest.mark.slow
def test_every_miner_is_timed(tmp_path):
    pytest.importorskip("pytorch_metric_learning")
    output = tmp_path / "cost.json"
    command = [sys.executable, str(SCRIPT), "--outfits", "4", "8", "--triplets", "1000"]
    command += ["--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| miner, ms per batch | 4 outfits | 8 outfits |" in done.stdout
    assert done.stdout.count("| pytorch-metric-learning") == 3
    assert "triplets)" in done.stdout
    records = json.loads(output.read_text())["records"]
    left_out = {record["miner"] for record in records if record["milliseconds"] is None}
    assert left_out == {"pytorch-metric-learning TripletMarginMiner"}
