from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Barrier, Thread

import numpy as np
import pytest

from fashiongraph import scratch
from fashiongraph.errors import DataError
from fashiongraph.features.files import new_array
from fashiongraph.files import atomic_write
from fashiongraph.locks import locked
from fashiongraph.manifest import MANIFEST

DIE = """
import os, signal, sys
from pathlib import Path
from fashiongraph import scratch
from fashiongraph.files import atomic_write
if sys.argv[2] == "replacing":
    scratch.exchange = lambda first, second: False
    rename = Path.rename
    def dying(path, target):
        if path.name == "model":
            rename(path, target)
        os.kill(os.getpid(), signal.SIGKILL)
    Path.rename = dying
with atomic_write(sys.argv[1], "checkpoint") as draft:
    draft.mkdir()
    (draft / "model.json").write_text("new")
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, text):
    with atomic_write(path, "checkpoint") as draft:
        draft.mkdir()
        (draft / "model.json").write_text(text)


def killed(path, moment):
    done = subprocess.run([sys.executable, "-c", DIE, str(path), moment], check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("moment", ["writing", "replacing"])
@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_a_killed_writer_leaves_the_old_folder(tmp_path, monkeypatch, moment):
    path = tmp_path / "model"
    write(path, "old")
    killed(path, moment)
    scratch.clear_leftovers(path)
    assert (path / "model.json").read_text() == "old"
    monkeypatch.setattr(scratch, "exchange", lambda first, second: False)
    write(path, "new")
    assert names(tmp_path) == ["model"]


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_the_next_writer_clears_what_a_killed_one_left(tmp_path):
    path = tmp_path / "model"
    killed(path, "writing")
    write(tmp_path / "model.b", "other")  # clears no folder of another path
    assert len(names(tmp_path)) == 2
    write(path, "new")
    assert names(tmp_path) == ["model", "model.b"]


def test_folders_of_others_are_no_leftovers(tmp_path):
    for name in (".model.abcdefgh.draft", ".model.x", "model.abcdefgh.draft"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").touch()
    (tmp_path / ".model.hgfedcba.draft").write_text("mine")
    before = names(tmp_path)
    write(tmp_path / "model", "new")
    assert names(tmp_path) == sorted([*before, "model"])


def test_a_running_writer_keeps_its_folder(tmp_path):
    with atomic_write(tmp_path / "note") as first:
        first.write_text("first")
        with atomic_write(tmp_path / "note") as second:
            second.write_text("second")
        assert (tmp_path / "note").read_text() == "second"
    assert (tmp_path / "note").read_text() == "first"
    assert names(tmp_path) == ["note"]


@pytest.mark.parametrize("system", ["exchanges", "renames"])
def test_a_folder_is_replaced_while_it_is_locked(tmp_path, monkeypatch, system):
    if system == "renames":
        monkeypatch.setattr(scratch, "exchange", lambda first, second: False)
    for text in ("old", "new"):
        with locked(tmp_path / "model"):
            write(tmp_path / "model", text)
        assert (tmp_path / "model" / "model.json").read_text() == text
    assert names(tmp_path) == ["model"]
    assert names(tmp_path / "model") == [MANIFEST, "model.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is of Linux")
def test_paths_are_exchanged(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / f"of_{name}").touch()
    if not scratch.exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("the file system cannot exchange")
    assert names(tmp_path / "a") == ["of_b"] and names(tmp_path / "b") == ["of_a"]
    with pytest.raises(FileNotFoundError):
        scratch.exchange(tmp_path / "a", tmp_path / "none")


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is of Linux")
def test_folders_of_two_writers_do_not_mix(tmp_path):
    def work(text):
        for _ in range(20):
            write(tmp_path / "model", text)

    run_all(work, "a", "b")
    assert (tmp_path / "model" / "model.json").read_text() in "ab"
    assert names(tmp_path) == ["model"]


def test_rows_of_two_writers_do_not_mix(tmp_path):
    path, start = tmp_path / "features.npy", Barrier(2)

    def work(value):
        for _ in range(5):
            with new_array(path, (50, 3), "float32") as rows:
                rows[:25] = value
                start.wait(timeout=20)  # both are in the middle
                rows[25:] = value
            assert len(np.unique(np.load(path))) == 1

    run_all(work, 1.0, 2.0)
    assert names(tmp_path) == ["features.npy"]


def test_writers_do_not_take_the_folders_of_others(tmp_path):
    def work(text):
        for _ in range(100):
            with scratch.scratch_folder(tmp_path / "model") as folder:
                (folder / "draft").write_text(text)
                assert (folder / "draft").read_text() == text

    run_all(work, *"abcd")
    assert names(tmp_path) == []


def test_an_error_names_the_target_rather_than_its_draft(tmp_path):
    with (
        pytest.raises(DataError, match="'a' needs b") as error,
        atomic_write(tmp_path / "note") as draft,
    ):
        raise DataError("'a' needs b", draft, row=3)
    assert (error.value.file, error.value.row) == (tmp_path / "note", 3)


def run_all(work, *arguments):
    failures = []

    def run(argument):
        try:
            work(argument)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
