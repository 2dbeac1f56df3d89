from __future__ import annotations

from threading import Thread
from time import sleep

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import locked, whole


def test_a_file_appears_at_the_end(tmp_path):
    with whole(tmp_path / "deep" / "file.txt") as draft:
        draft.write_text("new")
        assert not (tmp_path / "deep" / "file.txt").exists()
    assert (tmp_path / "deep" / "file.txt").read_text() == "new"
    assert [f.name for f in (tmp_path / "deep").iterdir()] == ["file.txt"]


def test_a_failure_keeps_what_stood_there(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), whole(target) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("path", ["", ".", "/", "..", "a/.."])
def test_a_path_needs_a_name(path):
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to end in a name to write under"),
        whole(path),
    ):
        pass


def test_a_folder_replaces_a_filled_folder(tmp_path):
    for content in ("old", "new"):
        with whole(tmp_path / "folder") as draft:
            draft.mkdir()
            (draft / content).write_text(content)
    assert [f.name for f in (tmp_path / "folder").iterdir()] == ["new"]
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


def test_a_file_does_not_replace_a_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs the name of a file \(got '.*folder'"),
        whole(tmp_path / "folder") as draft,
    ):
        draft.write_text("new")
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]


def test_a_folder_does_not_replace_one_of_another_kind(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for content in ("old", "new"):  # an empty one is, and one with the marker
        with whole(folder, marker="card") as draft:
            draft.mkdir()
            (draft / "card").write_text(content)
    assert (folder / "card").read_text() == "new"
    (folder / "card").rename(folder / "mine")
    with (
        pytest.raises(FashionGraphError, match=r"holds 'card' \(got '.*folder', which holds some"),
        whole(folder, marker="card"),
    ):
        pytest.fail("the work began")
    assert [f.name for f in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize("marker", [None, "card"])
def test_a_folder_does_not_replace_a_file(tmp_path, marker):
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to be new or a folder"),
        whole(tmp_path / "file", marker) as draft,
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
