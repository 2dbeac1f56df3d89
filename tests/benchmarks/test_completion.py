"""The benchmark of completion runs, and its answers are exact."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "completion.py"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux counts peaks")
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_completions_are_exact(tmp_path, dtype):
    output = tmp_path / "completion.json"
    small = ("--items", "20000", "--hidden", "8", "--questions", "5", "--exact", "2")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *small, "--dtype", dtype, "--output", str(output)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(output.read_text())
    assert result["one slot, no graph, equal to brute force"] == "2 of 2"
    assert result["one slot, graph, equal to brute force"] == "2 of 2"
    assert result["every slot, no graph, equal to brute force"] is True
    # Plain scores of rounded vectors are rounded themselves: only float32 has to agree.
    assert dtype == "float16" or result["top 10 equal to torch.topk"] == "5 of 5"
    assert "| torch.topk over all scores |" in done.stdout
