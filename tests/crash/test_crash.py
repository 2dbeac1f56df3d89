"""A handful of the kills of `make crash`, and a full disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="processes and limits are those of POSIX")
pytest.importorskip("faiss")

JOBS = ("items", "checkpoint", "index", "states", "features", "dataset", "training")


@pytest.fixture(scope="module")
def results():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", Path(__file__).with_name("run.py"), "--points", "3"],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("system", ["exchanges", "renames"])
@pytest.mark.parametrize("job", JOBS)
def test_a_killed_writer_leaves_one_version(results, job, system):
    assert results[job][system]["operations"] > 20
    assert results[job][system]["wrong"] == {}


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_is_named_and_leaves_the_old_version(results, job):
    full = results[job]["full"]
    assert (full["status"], full["left"], full["version"]) == (0, [], 0)
    assert "cannot be written" in full["message"] and "bytes are free" in full["message"]
    assert ".draft" not in full["message"]
