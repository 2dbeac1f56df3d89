"""A few hundred of the tries of `make damage`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="processes and limits are those of POSIX")
pytest.importorskip("faiss")


def test_damaged_files_end_in_a_result_or_an_error_of_the_library():
    command = [sys.executable, "-W", "ignore", Path(__file__).with_name("run.py"), "--tries", "400"]
    done = subprocess.run(
        command, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert found["failures"] == []
    assert found["tries"] == 400
    assert found["read"] > 20 and found["refused"] > 100  # the damage neither spares nor ruins all
