from __future__ import annotations

import os
from threading import Thread
from time import sleep

import pytest
import torch
from safetensors import safe_open

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write, locked, save_tensors


def test_a_file_appears_at_the_end(tmp_path):
    with atomic_write(tmp_path / "deep" / "file.txt") as draft:
        draft.write_text("new")
        assert not (tmp_path / "deep" / "file.txt").exists()
    assert (tmp_path / "deep" / "file.txt").read_text() == "new"
    assert [f.name for f in (tmp_path / "deep").iterdir()] == ["file.txt"]


def test_a_failure_keeps_what_stood_there(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), atomic_write(target) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("path", ["", ".", "/", "..", "a/.."])
def test_a_path_needs_a_name(path):
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to end in a name to write under"),
        atomic_write(path),
    ):
        pass


def test_a_folder_replaces_a_filled_folder(tmp_path):
    for content in ("old", "new"):
        with atomic_write(tmp_path / "folder") as draft:
            draft.mkdir()
            (draft / content).write_text(content)
    assert [f.name for f in (tmp_path / "folder").iterdir()] == ["new"]
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


def test_a_file_does_not_replace_a_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs the name of a file \(got '.*folder'"),
        atomic_write(tmp_path / "folder") as draft,
    ):
        draft.write_text("new")
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


def test_a_folder_does_not_replace_one_of_another_kind(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for content in ("old", "new"):  # an empty one is, and one with the marker
        with atomic_write(folder, marker="card") as draft:
            draft.mkdir()
            (draft / "card").write_text(content)
    assert (folder / "card").read_text() == "new"
    (folder / "card").rename(folder / "mine")
    with (
        pytest.raises(FashionGraphError, match=r"holds 'card' \(got '.*folder', which holds some"),
        atomic_write(folder, marker="card"),
    ):
        pytest.fail("the work began")
    assert [f.name for f in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize("marker", [None, "card"])
def test_a_folder_does_not_replace_a_file(tmp_path, marker):
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to be new or a folder"),
        atomic_write(tmp_path / "file", marker) as draft,
    ):
        draft.mkdir()
    assert (tmp_path / "file").read_text() == "mine"


def test_a_path_is_held_by_one_at_a_time_and_no_lock_is_left(tmp_path):
    inside, most = [], []

    def hold():
        for _ in range(5):
            with locked(tmp_path / "deep" / "folder"):
                inside.append(None)
                most.append(len(inside))
                sleep(0.001)
                inside.pop()

    threads = [Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 20
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_files_have_the_permissions_of_any_new_file(tmp_path, mask):
    before = os.umask(mask)
    try:
        save_tensors({"a": torch.arange(3)}, tmp_path / "a.safetensors", {"unit": "items"})
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o666 & ~mask
    with safe_open(tmp_path / "a.safetensors", framework="pt") as file:
        assert file.get_tensor("a").tolist() == [0, 1, 2]
        assert file.metadata() == {"unit": "items"}
