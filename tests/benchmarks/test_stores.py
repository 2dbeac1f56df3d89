"""The benchmark of the stores of item vectors runs, and their answers are equal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "stores.py"


@pytest.mark.slow
def test_both_stores_give_the_same_answers(tmp_path):
    pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    output = tmp_path / "stores.json"
    command = [sys.executable, str(SCRIPT), "--items", "500", "--queries", "5", "--output", output]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(output.read_text())["equal answers"] == "10 of 10"
    assert "| two conditions |" in done.stdout
