from __future__ import annotations

import os
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
def test_help_has_an_example_and_the_shared_options(command, name):
    text = command(name, "--help").output
    assert "Usage" in text and "Example: fashiongraph" in " ".join(text.split())
    for option in ("--config", "--quiet", "--json", "--debug"):
        assert option in text


def test_help_lists_the_commands(command):
    text = command("--help").output
    assert all(name in text for name in COMMANDS)


def test_version(command):
    assert command("--version").output == f"fashiongraph {fashiongraph.__version__}\n"


def test_bad_input_ends_in_one_line_and_status_2(tmp_path):
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


def test_an_output_that_cannot_be_made_is_refused(folder, tmp_path):
    (tmp_path / "file").touch()
    output = str(tmp_path / "file" / "split.csv")
    done = subprocess.run(
        [sys.executable, "-m", "fashiongraph", "split", str(folder), "-o", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr == f"error: {output}: cannot be written: {tmp_path / 'file'} is not a folder\n"
    )
    assert done.stderr.count("\n") == 1


def test_termination_removes_unfinished_files(tmp_path):
    slow = (
        "import time, fashiongraph.cli as cli\n"
        "from fashiongraph.files import atomic_write\n"
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


CRASH = (
    "import fashiongraph.cli as cli\n"
    "@cli.app.command()\n"
    "def crash() -> None:\n"
    "    raise {error}\n"
    "from fashiongraph.__main__ import main\n"
    "main()\n"
)


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_internal_error_is_one_line_and_status_70(debug):
    done = subprocess.run(
        [sys.executable, "-c", CRASH.format(error="KeyError('fit')"), "crash"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FASHIONGRAPH_DEBUG": debug},
    )
    assert done.returncode == 70
    assert done.stderr.splitlines()[-1] == "internal error: KeyError: 'fit'; please report it"
    assert ("Traceback" in done.stderr) == bool(debug)


def test_help_imports_no_heavy_package():
    heavy = ("torch", "torch_geometric", "pandas", "lightning", "scipy", "matplotlib")
    code = f"import sys, fashiongraph.cli\nprint([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_completion_scripts_are_available(command):
    assert "--install-completion" in command("--help").output


def test_scoring_imports_no_package_of_training(folder, checkpoint):
    unused = ("lightning", "matplotlib", "networkx", "tensorboard", "torchmetrics", "torchvision")
    code = (
        "import sys\n"
        "from fashiongraph.cli import app\n"
        "app(standalone_mode=False)\n"
        f"print([m for m in {unused} if m in sys.modules])\n"
    )
    data = ("--data", str(folder), "--features", "features.npy", "--json")
    words = ("score", str(checkpoint), str(folder / "outfits.csv"), *data)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("]\n[]\n")
    assert done.stderr == ""
