"""The benchmark of large sets runs, and memory stays below a multiple of the arrays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "scale.py"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux counts peaks")
def test_memory_stays_below_three_times_the_arrays(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "FASHIONGRAPH_DATA"}
    output = tmp_path / "scale.json"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--output", str(output)],
        capture_output=True,
        text=True,
        env={**environment, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    records = {record["step"]: record for record in json.loads(output.read_text())["records"]}
    assert list(records) == ["write", "read", "split", "read_csv", "split_csv"]
    for step in ("write", "read", "split"):
        assert records[step]["outfits"] == 1_000_000
        assert records[step]["ratio"] < 3, records[step]
    assert records["split"]["splits"] == [700_000, 100_000, 200_000]
    assert "| split | 1,000,000 |" in done.stdout
