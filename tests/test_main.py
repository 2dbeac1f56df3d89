"""The program ends as a shell expects it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

RAISES = """
import fashiongraph.cli as cli

@cli.app.command()
def crash() -> None:
    raise KeyboardInterrupt

from fashiongraph.__main__ import main
main()
"""
INTERRUPT = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from fashiongraph.__main__ import main
main()
"""


def test_an_interrupt_has_status_130():
    done = subprocess.run([sys.executable, "-c", RAISES, "crash"], capture_output=True, check=False)
    assert done.returncode == 130


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interrupt_of_the_imports_has_status_130():
    done = subprocess.run([sys.executable, "-c", INTERRUPT], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
