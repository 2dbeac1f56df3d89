from __future__ import annotations

import json
import os
from threading import Thread
from time import sleep

import pytest
import torch
from safetensors import safe_open

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write, save_tensors
from fashiongraph.locks import locked
from fashiongraph.manifest import MANIFEST


def test_a_file_appears_at_the_end(tmp_path):
    with atomic_write(tmp_path / "deep" / "file.txt") as draft:
        draft.write_text("new")
        assert not (tmp_path / "deep" / "file.txt").exists()
    assert (tmp_path / "deep" / "file.txt").read_text() == "new"
    assert [f.name for f in (tmp_path / "deep").iterdir()] == ["file.txt"]


def test_a_failure_keeps_the_old_file(tmp_path):
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
        pytest.raises(FashionGraphError, match=r"'path'.*a name"),
        atomic_write(path),
    ):
        pass


def write_folder(path, *names, kind="checkpoint"):
    with atomic_write(path, kind) as draft:
        draft.mkdir()
        for name in names:
            (draft / name).parent.mkdir(exist_ok=True)
            (draft / name).write_text("ours")


def names_below(folder):
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def test_a_folder_replaces_an_empty_folder_and_an_earlier_one(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for names in (["old.json", "deep/old.txt"], ["new.json"]):
        write_folder(folder, *names)
        assert names_below(folder) == {MANIFEST, *names}
        assert json.loads((folder / MANIFEST).read_text())["files"].keys() == set(names)
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_stay_and_their_targets_are_replaced(tmp_path):
    write_folder(tmp_path / "folder", "old.json")
    (tmp_path / "file").write_text("old")
    for name in ("folder", "file"):
        (tmp_path / f"to_{name}").symlink_to(tmp_path / name)
    write_folder(tmp_path / "to_folder", "new.json")
    with atomic_write(tmp_path / "to_file") as draft:
        draft.write_text("new")
    assert (tmp_path / "to_folder").is_symlink() and (tmp_path / "to_file").is_symlink()
    assert names_below(tmp_path / "folder") == {MANIFEST, "new.json"}
    assert (tmp_path / "file").read_text() == "new"


def test_a_file_does_not_replace_a_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(FashionGraphError, match=r"'path'.*a file \(got '.*folder'"),
        atomic_write(tmp_path / "folder") as draft,
    ):
        draft.write_text("new")
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("mine", ["notes.txt", "deep/notes.txt", ".env"])
def test_a_folder_with_a_file_of_the_user_is_kept(tmp_path, mine):
    folder = tmp_path / "folder"
    write_folder(folder, "model.json")
    (folder / mine).parent.mkdir(exist_ok=True)
    (folder / mine).write_text("mine")
    with (
        pytest.raises(FashionGraphError, match=rf"'path' needs.*folder', which holds '{mine}'"),
        atomic_write(folder, "checkpoint"),
    ):
        pytest.fail("the work began")
    assert names_below(folder) == {MANIFEST, "model.json", mine}
    assert (folder / mine).read_text() == "mine"


def test_files_of_file_managers_do_not_keep_a_folder(tmp_path):
    write_folder(tmp_path / "folder", "model.json")
    (tmp_path / "folder" / ".DS_Store").write_text("")
    write_folder(tmp_path / "folder", "model.json")
    assert names_below(tmp_path / "folder") == {MANIFEST, "model.json"}


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_is_a_file_of_the_user(tmp_path):
    write_folder(tmp_path / "folder", "model.json")
    (tmp_path / "photos").mkdir()
    (tmp_path / "folder" / "photos").symlink_to(tmp_path / "photos")
    with pytest.raises(FashionGraphError, match="which holds 'photos'"):
        write_folder(tmp_path / "folder", "model.json")


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "{",
        "[]",
        '{"files": ["model.json"]}',
        '{"signature": "other", "kind": "checkpoint", "files": ["model.json"]}',
        '{"signature": "folder written by fashiongraph", "kind": "checkpoint", "files": 1}',
    ],
)
def test_a_folder_of_another_program_is_kept(tmp_path, manifest):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "model.json").write_text("theirs")
    if manifest is not None:
        (folder / MANIFEST).write_text(manifest)
    with pytest.raises(FashionGraphError, match="which holds 'model.json'"):
        write_folder(folder, "model.json")
    assert (folder / "model.json").read_text() == "theirs"


def test_a_folder_does_not_replace_one_of_another_kind(tmp_path):
    write_folder(tmp_path / "folder", "items.bin", kind="index")
    with pytest.raises(FashionGraphError, match="earlier checkpoint without other files"):
        write_folder(tmp_path / "folder", "model.json", kind="checkpoint")
    assert names_below(tmp_path / "folder") == {MANIFEST, "items.bin"}


def test_a_file_that_came_during_the_work_is_kept(tmp_path):
    folder = tmp_path / "folder"
    write_folder(folder, "model.json")
    with (
        pytest.raises(FashionGraphError, match="which holds 'notes.txt'"),
        atomic_write(folder, "checkpoint") as draft,
    ):
        draft.mkdir()
        (folder / "notes.txt").write_text("mine")
    assert names_below(folder) == {MANIFEST, "model.json", "notes.txt"}


@pytest.mark.parametrize("kind", [None, "checkpoint"])
def test_a_folder_does_not_replace_a_file(tmp_path, kind):
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to be new or an empty folder"),
        atomic_write(tmp_path / "file", kind) as draft,
    ):
        draft.mkdir()
    assert (tmp_path / "file").read_text() == "mine"


def test_a_lock_is_exclusive_and_leaves_no_file(tmp_path):
    inside, counts = [], []

    def work():
        for _ in range(5):
            with locked(tmp_path / "deep" / "folder"):
                inside.append(None)
                counts.append(len(inside))
                sleep(0.001)
                inside.pop()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 20
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_files_have_default_permissions(tmp_path, mask):
    before = os.umask(mask)
    try:
        save_tensors({"a": torch.arange(3)}, tmp_path / "a.safetensors", {"unit": "items"})
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o666 & ~mask
    with safe_open(tmp_path / "a.safetensors", framework="pt") as file:
        assert file.get_tensor("a").tolist() == [0, 1, 2]
        assert file.metadata() == {"unit": "items"}
