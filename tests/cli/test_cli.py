from __future__ import annotations

import subprocess
import sys

import pytest

COMMANDS = (
    *("quickstart", "info", "embed", "split", "train", "evaluate", "score"),
    *("index", "retrieve", "complete", "export"),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(command, name):
    text = command(name, "--help").output
    assert "Usage" in text
    assert len(text) > 200


def test_help_lists_the_commands(command):
    text = command("--help").output
    assert all(name in text for name in COMMANDS)


def test_bad_input_ends_in_one_line_and_status_two(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "fashiongraph", "info", str(tmp_path / "[/none]")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "[/none]" in done.stderr
    assert "Traceback" not in done.stderr
