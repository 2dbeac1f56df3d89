from __future__ import annotations

import json
from threading import Event, Thread
from time import monotonic

import numpy as np
import pytest
import torch

from fashiongraph import manifest, scratch
from fashiongraph.data import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write
from fashiongraph.manifest import MANIFEST, read_version
from fashiongraph.models import OutfitModel, Siamese
from fashiongraph.retrieval import ItemIndex, LocalCatalogue


def write(path, text="new"):
    with atomic_write(path, "notes") as draft:
        (draft / "deep").mkdir(parents=True)
        for name in ("a", "deep/b"):
            (draft / name).write_text(text)


def read(path, **settings):
    return read_version(
        path, "notes", lambda folder: (folder / "a").read_text() + (folder / "deep/b").read_text(),
        **settings,
    )  # fmt: skip


def flip(file, position):
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)


def test_files_are_read_as_written(tmp_path):
    write(tmp_path / "notes")
    assert read(tmp_path / "notes") == "newnew"


@pytest.mark.parametrize("name", ["a", "deep/b"])
def test_a_flipped_bit_is_found(tmp_path, name):
    write(tmp_path / "notes")
    flip(tmp_path / "notes" / name, 1)
    with pytest.raises(DataError, match=f"{name}: this file .* is damaged.*again$"):
        read(tmp_path / "notes", hint="; write it again")
    assert len(read(tmp_path / "notes", names=[])) == 6


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path):
    write(tmp_path / "notes")
    (tmp_path / "notes" / "a").unlink()
    with pytest.raises(DataError, match="a: this file .* is missing"):
        read(tmp_path / "notes")
    with pytest.raises(DataError, match="none: is no notes"):
        read(tmp_path / "none")
    with pytest.raises(DataError, match="notes: is no letter"):
        read_version(tmp_path / "notes", "letter", list)


def test_a_manifest_names_no_file_outside(tmp_path):
    write(tmp_path / "notes")
    for name in ("../secret", "/secret"):
        about = json.loads((tmp_path / "notes" / MANIFEST).read_text())
        about["files"] = {name: {"bytes": 0, "sha256": ""}}
        (tmp_path / "notes" / MANIFEST).write_text(json.dumps(about))
        with pytest.raises(DataError, match="outside of the folder"):
            read(tmp_path / "notes")


def test_of_large_mapped_files_the_size_is_verified(tmp_path, monkeypatch):
    write(tmp_path / "notes")
    monkeypatch.setattr(manifest, "LARGE", 2)
    flip(tmp_path / "notes" / "a", 1)
    assert read(tmp_path / "notes", mapped=True) == "ndwnew"
    with pytest.raises(DataError, match="is damaged"):
        read(tmp_path / "notes")
    (tmp_path / "notes" / "a").write_text("longer")
    with pytest.raises(DataError, match="is damaged"):
        read(tmp_path / "notes", mapped=True)


def test_errors_of_the_reader_name_the_folder(tmp_path):
    write(tmp_path / "notes")
    with pytest.raises(DataError, match="'mine'") as error:
        read_version(tmp_path / "notes", "notes", lambda folder: {}["mine"])
    assert error.value.file == tmp_path / "notes"


CATALOGUES = [
    ItemTable.from_lists(
        [f"{number} of {version}" for number in range(40)],
        ["top"] * 40,
        torch.full((40, 8), 1.0 + version),
    )
    for version in range(2)
]


def save_index(path, version):
    items = CATALOGUES[version]
    ItemIndex.build(items, items.features).save(path)


def index_version(path):
    index = ItemIndex.load(path)
    found = index.search(torch.ones(1, 8), 1)
    version = int(found.score) // 8 - 1
    assert index.table.ids[0] == f"0 of {version}"
    return version


def save_model(path, version):
    model = Siamese(8, 4)
    torch.nn.init.constant_(next(model.parameters()), version)
    model.categories = [str(version)]
    model.save(path)


def model_version(path):
    model = OutfitModel.load(path)
    version = int(model.categories[0])
    assert (next(model.parameters()) == version).all()
    return version


MODEL = Siamese(8, 4)


def save_states(path, version):
    LocalCatalogue.build(MODEL, CATALOGUES[version], path)


def states_version(path):
    try:
        LocalCatalogue.load(path, MODEL, CATALOGUES[0])
    except DataError as error:
        if "of other items" not in str(error):
            raise
        return 1
    return 0


JOBS = {
    "index": (save_index, index_version),
    "checkpoint": (save_model, model_version),
    "states": (save_states, states_version),
}


@pytest.fixture(params=JOBS)
def job(request):
    if request.param == "index":
        pytest.importorskip("faiss")
    return JOBS[request.param]


@pytest.mark.parametrize("system", ["exchanges", "renames"])
def test_readers_get_one_version_of_replaced_folders(tmp_path, monkeypatch, job, system):
    if system == "renames":
        monkeypatch.setattr(scratch, "exchange", lambda first, second: False)
    save, version_of = job
    path, done = tmp_path / "folder", Event()
    save(path, 0)

    def replace():
        version = 0
        while not done.is_set():
            version = 1 - version
            save(path, version)

    thread = Thread(target=replace)
    thread.start()
    try:
        end = monotonic() + 30
        seen = {version_of(path) for _ in range(60)}
        while len(seen) < 2 and monotonic() < end:  # a slow disk
            seen.add(version_of(path))
    finally:
        done.set()
        thread.join()
    assert seen == {0, 1}
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_flipped_bit_of_any_file_is_found(tmp_path, job):
    save, version_of = job
    save(tmp_path / "folder", 0)
    files = [file for file in (tmp_path / "folder").iterdir() if file.name != MANIFEST]
    for file in files:
        for position in np.linspace(0, file.stat().st_size - 1, 5).astype(int):
            flip(file, position)
            with pytest.raises(DataError, match=f"{file.name}: this file .* is damaged"):
                version_of(tmp_path / "folder")
            flip(file, position)
    assert version_of(tmp_path / "folder") == 0
