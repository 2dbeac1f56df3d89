"""Reuse of freed memory."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from fashiongraph import cli
from fashiongraph.freed_memory import keep_freed_memory

# Counts page faults of batches of equal size.
FAULTS = """
import resource, sys
import numpy as np
from fashiongraph.freed_memory import keep_freed_memory

if sys.argv[1] == "keep" and not keep_freed_memory():
    sys.exit("not accepted")

def batch():
    return [np.ones(2**20) for _ in range(10)]  # 80 MB

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(3):
    batch()
before = faults()
for _ in range(5):
    batch()
print(faults() - before)
"""

on_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")


def faults(keep):
    arguments = [sys.executable, "-c", FAULTS, "keep" if keep else "leave"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    return int(done.stdout)


@on_glibc
def test_a_second_batch_reuses_memory():
    assert 10 * faults(keep=True) < faults(keep=False)


@pytest.mark.parametrize("num_bytes", [-1, 2**31])
def test_sizes_out_of_range_are_refused(num_bytes):
    with pytest.raises(ValueError, match=rf"'num_bytes'.*\(got {num_bytes}\)"):
        keep_freed_memory(num_bytes)


def test_another_c_library_returns_false(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert keep_freed_memory() is False


def test_the_command_keeps_freed_memory(monkeypatch):
    kept = []
    monkeypatch.setattr(cli, "keep_freed_memory", lambda: kept.append(True))
    monkeypatch.setattr(cli, "app", lambda: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    cli.main()
    assert kept == [True]
