"""Files of a data set change together, whatever happens meanwhile."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from fashiongraph.datasets.io import pending_change
from fashiongraph.datasets.io.pending_change import (
    PENDING,
    CatalogueChange,
    catalogue_change,
    finish_change,
    read_settled,
)
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write

NAMES = ("items.csv", "a.npy.json", "a.npy")


def write(root, version, *folders):
    with catalogue_change(root) as change:
        fill(change, root, version, *folders)


def fill(change, root, version, *folders):
    for name in NAMES:
        change.draft(root / name).write_text(f"{version}")
    for folder in folders:
        with atomic_write(change.draft(folder), kind="index") as draft:
            draft.mkdir()
            (draft / "rows").write_text(f"{version}")


def read(root, *folders):
    """The version of all files, which has to be one."""
    texts = [(root / name).read_text() for name in NAMES]
    texts += [(folder / "rows").read_text() for folder in folders]
    (version,) = set(texts)
    return int(version)


def leave_pending(root, version, *folders):
    """What a process leaves that is killed when the change has happened."""
    folder = root / PENDING
    folder.mkdir()
    change = CatalogueChange(root, folder)
    fill(change, root, version, *folders)
    change.complete()


def names(root):
    return sorted(path.name for path in root.iterdir())


def test_all_files_take_their_places(tmp_path):
    root, index = tmp_path / "data", tmp_path / "index"
    root.mkdir()
    for version in (1, 2):
        write(root, version, index, root / "inside")
        assert read(root, index, root / "inside") == version
    assert names(root) == sorted([*NAMES, "inside"]) and names(tmp_path) == ["data", "index"]


def test_an_error_leaves_the_old_version(tmp_path):
    write(tmp_path, 1)
    with pytest.raises(ZeroDivisionError), catalogue_change(tmp_path) as change:
        fill(change, tmp_path, 2)
        raise ZeroDivisionError
    assert read(tmp_path) == 1 and names(tmp_path) == sorted(NAMES)


def test_a_reader_or_writer_finishes_a_pending_change_first(tmp_path):
    root, index = tmp_path / "data", tmp_path / "index"
    root.mkdir()
    write(root, 1, index)
    leave_pending(root, 2, index)
    assert read_settled(root, lambda: read(root, index)) == 2
    leave_pending(root, 3, index)
    with catalogue_change(root):
        assert read(root, index) == 3
    finish_change(root)
    assert names(root) == sorted(NAMES)


@pytest.mark.parametrize("placed", range(5))
@pytest.mark.parametrize("exchange", [True, False])
def test_a_change_is_finished_from_where_it_was_interrupted(
    tmp_path, monkeypatch, placed, exchange
):
    if not exchange:
        monkeypatch.setattr("fashiongraph.scratch.exchange", lambda first, second: False)
    root, index = tmp_path / "data", tmp_path / "index"
    root.mkdir()
    write(root, 1, index)
    leave_pending(root, 2, index)
    publish, calls = pending_change.publish, []

    def interrupted(draft, target):
        if len(calls) == placed:
            raise KeyboardInterrupt
        publish(draft, target)
        calls.append(target)

    monkeypatch.setattr(pending_change, "publish", interrupted)
    if placed < 4:
        with pytest.raises(KeyboardInterrupt):
            finish_change(root)
        monkeypatch.setattr(pending_change, "publish", publish)
    finish_change(root)
    assert read(root, index) == 2 and names(root) == sorted(NAMES)


def test_a_copy_changes_nothing_outside_of_it(tmp_path):
    root, index = tmp_path / "data", tmp_path / "index"
    root.mkdir()
    write(root, 1, index)
    leave_pending(root, 2, index)
    copy = shutil.copytree(root, tmp_path / "copy")
    finish_change(copy)
    assert read(copy) == 2 and (index / "rows").read_text() == "1"
    card = copy / PENDING / "change.json"
    leave_pending(copy, 3)
    made = json.loads(card.read_text())
    victim = tmp_path / "victim"
    victim.write_text("mine")
    made["folder"], made["entries"][0]["target"] = [0, 0], "../victim"
    card.write_text(json.dumps(made))
    finish_change(copy)
    assert victim.read_text() == "mine"


def test_another_file_system_gets_a_copy(tmp_path):
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs two file systems")
    with tempfile.TemporaryDirectory(dir=other) as place:
        index, file = Path(place) / "index", Path(place) / "a.npy"
        write(tmp_path, 1, index)
        (tmp_path / "a.npy").rename(tmp_path / "old")
        file.write_text("1")
        (tmp_path / "a.npy").symlink_to(file)
        write(tmp_path, 2, index)
        assert read(tmp_path, index) == 2 and (tmp_path / "a.npy").is_symlink()
        assert names(Path(place)) == ["a.npy", "index"]


def test_files_that_others_change_meanwhile_are_not_replaced(tmp_path):
    write(tmp_path, 1)
    refused = pytest.raises(DataError, match="another program")
    with refused as error, catalogue_change(tmp_path) as change:
        change.reads(tmp_path / "items.csv")
        fill(change, tmp_path, 2)
        (tmp_path / "items.csv").write_text("typed")
    assert error.value.file == tmp_path / "items.csv"
    assert (tmp_path / "items.csv").read_text() == "typed"
    assert (tmp_path / "a.npy").read_text() == "1"


def test_a_folder_of_another_kind_is_named(tmp_path):
    (tmp_path / PENDING).mkdir()
    with pytest.raises(DataError, match="remove it") as error:
        finish_change(tmp_path)
    assert error.value.file == tmp_path / PENDING


def test_errors_of_a_reader_stay_theirs(tmp_path):
    write(tmp_path, 1)
    with pytest.raises(ZeroDivisionError):
        read_settled(tmp_path, lambda: 1 / 0)

    def changing():
        os.utime(tmp_path / "items.csv")
        raise DataError("mixture")

    with pytest.raises(DataError, match="again and again"):
        read_settled(tmp_path, changing)


def _increase(root, index, times):
    for _ in range(times):
        with catalogue_change(root) as change:
            fill(change, root, read(root, index) + 1, index)


def _read_often(root, index, times, results):
    seen = [read_settled(root, lambda: read(root, index)) for _ in range(times)]
    results.put(seen == sorted(seen))


def test_readers_and_writers_at_once_see_one_version_each(tmp_path):
    root, index = tmp_path / "data", tmp_path / "index"
    root.mkdir()
    write(root, 0, index)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    writers = [context.Process(target=_increase, args=(root, index, 15)) for _ in range(2)]
    readers = [
        context.Process(target=_read_often, args=(root, index, 150, results)) for _ in range(2)
    ]
    for one in (*writers, *readers):
        one.start()
    assert [results.get(timeout=120) for _ in readers] == [True, True]
    for one in (*writers, *readers):
        one.join()
        assert one.exitcode == 0
    assert read(root, index) == 30
