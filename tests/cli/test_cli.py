from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

import fashiongraph

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


def test_its_version(command):
    assert command("--version").output == f"fashiongraph {fashiongraph.__version__}\n"


def test_bad_input_ends_in_one_line_and_status_two(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "fashiongraph", "info", str(tmp_path / "[/none]:dress:")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert "[/none]:dress:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_written_ends_likewise(folder, tmp_path):
    (tmp_path / "file").touch()
    output = str(tmp_path / "file" / "split.csv")
    done = subprocess.run(
        [sys.executable, "-m", "fashiongraph", "split", str(folder), "-o", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.endswith(("File exists\n", "Not a directory\n"))
    assert done.stderr.count("\n") == 1


def test_a_command_that_is_told_to_end_clears_its_files_away(tmp_path):
    slow = (
        "import time, fashiongraph.cli as cli\n"
        "from fashiongraph.files import whole\n"
        "@cli.app.command()\n"
        "def wait() -> None:\n"
        "    with atomic_write('file') as draft:\n"
        "        draft.touch()\n"
        "        time.sleep(100)\n"
        "cli.main()\n"
    )
    running = subprocess.Popen([sys.executable, "-c", slow, "wait"], cwd=tmp_path)
    deadline = time.monotonic() + 120
    while not list(tmp_path.rglob("file")):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 143
    assert list(tmp_path.iterdir()) == []
