from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pandas as pd
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets import POG
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.outfit_dataset import OutfitDataset, statistics
from fashiongraph.errors import DataError, FashionGraphError


class Drawers(OutfitDataset):
    """A data set whose raw file holds an outfit a line."""

    url = "a chest in the attic"
    raw_file_names = ("outfits.txt",)
    processed = 0
    interrupted = False

    def download(self):
        (self.raw_dir / "outfits.txt").write_text("a b\nc a\nb a\n" * 4)

    def process(self, folder):
        type(self).processed += 1
        lines = [line.split() for line in self.raw_paths[0].read_text().splitlines()]
        items = ItemTable.from_lists(["a", "b", "c"], ["x", "y", "x"], torch.eye(3))
        columns = pd.DataFrame({"split": ["train"] * (len(lines) - 1) + ["test"]})
        write_processed(folder, Outfits.from_lists(items, lines), columns)
        if self.interrupted:
            raise KeyboardInterrupt


@pytest.fixture
def root(tmp_path):
    Drawers.processed = 0
    return tmp_path / "drawers"


def test_nothing_is_downloaded_by_default(root):
    with pytest.raises(DataError, match=r"outfits\.txt: .* is missing \(published"):
        Drawers(root)
    assert not root.exists()
    dataset = Drawers(root, download=True)
    assert repr(dataset) == "Drawers(12 outfits, 3 items, 2 categories, 3 features)"
    assert dataset.items.frequency.tolist() == [12, 8, 4]
    assert (root / "raw" / "outfits.txt").exists()


def test_download_needs_a_source(root):
    class Heirlooms(Drawers):
        download = OutfitDataset.download

    with pytest.raises(FashionGraphError, match="'download' needs to be False: Heirlooms"):
        Heirlooms(root, download=True)


def test_files_are_processed_once(root):
    Drawers(root, download=True)
    (root / "raw" / "outfits.txt").unlink()
    assert Drawers(root).num_outfits == 12
    assert Drawers.processed == 1
    (root / "raw" / "outfits.txt").write_text("c b\nb a\n")
    assert Drawers(root).num_outfits == 12
    assert Drawers(root, force_reload=True).num_outfits == 2
    assert Drawers(root).num_outfits == 2
    assert Drawers.processed == 2


def test_an_interrupted_process_leaves_nothing(root, monkeypatch):
    Drawers(root, download=True)
    (root / "raw" / "outfits.txt").write_text("c b\n")
    monkeypatch.setattr(Drawers, "interrupted", True)
    for folder in (None, root / "other"):
        with pytest.raises(KeyboardInterrupt):
            Drawers(root, force_reload=True, processed_dir=folder)
        assert {path.name for path in root.iterdir()} == {"raw", "processed"}
    assert Drawers(root).num_outfits == 12


def test_a_folder_of_other_files_is_not_replaced(root):
    Drawers(root, download=True)
    other = root / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("keep me")
    for force in (False, True):
        with pytest.raises(FashionGraphError, match=r"'processed_dir' needs.*'notes\.txt'"):
            Drawers(root, processed_dir=other, force_reload=force)
    assert (other / "notes.txt").read_text() == "keep me"


def test_only_one_of_two_processes_reads_raw_files(root, monkeypatch):
    Drawers(root, download=True)
    shutil.rmtree(root / "processed")
    both, process, found = Barrier(2), Drawers.process, []

    def slow_process(self, folder):
        with suppress(BrokenBarrierError):  # nobody else comes here while this one is at work
            both.wait(timeout=0.5)
        process(self, folder)

    monkeypatch.setattr(Drawers, "process", slow_process)
    threads = [Thread(target=lambda: found.append(Drawers(root))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(dataset) for dataset in found] == [12, 12]
    assert Drawers.processed == 2  # once for each time that there was nothing
    assert {path.name for path in root.iterdir()} == {"raw", "processed"}


def test_a_root_that_cannot_be_written(root, monkeypatch):
    def read_only(*arguments, **settings):
        raise PermissionError(13, "Permission denied")

    (root / "raw").mkdir(parents=True)
    (root / "raw" / "outfits.txt").write_text("a b\n")
    monkeypatch.setattr("fashiongraph.locks.FileLock", read_only)
    with pytest.raises(DataError, match=r"cannot be written here .*processed_dir="):
        Drawers(root)
    with pytest.raises(DataError, match=r"written here \(Permission denied\)$"):
        Drawers(root, processed_dir=root / "other")


def test_processed_files_may_lie_elsewhere(root, tmp_path):
    dataset = Drawers(root, download=True, processed_dir=tmp_path / "scratch" / "drawers")
    assert dataset.num_outfits == 12
    assert not (root / "processed").exists()
    assert all(path.parent == tmp_path / "scratch" / "drawers" for path in dataset.processed_paths)


def test_splits(root):
    dataset = Drawers(root, download=True)
    official = dataset.official_split()
    assert {name: len(part) for name, part in official.items()} == {"train": 11, "test": 1}
    assert official["test"].items is dataset.items
    with pytest.raises(FashionGraphError, match="Drawers .* brings no official questions"):
        dataset.official_questions()
    # Of twelve outfits two differ, too few for three parts.
    with pytest.raises(FashionGraphError, match="'outfits'.*got 2"):
        dataset.split()
    (root / "raw" / "outfits.txt").write_text("a b\nc a\nb c\na b c\na a\nb b\n")
    dataset = Drawers(root, force_reload=True)
    parts = dataset.split((2, 1, 1), seed=3)
    assert [len(part) for part in parts] == [3, 1, 2]
    ids = pd.Index([]).append([part.ids for part in parts])
    assert sorted(ids) == sorted(dataset.outfits.ids)


def test_statistics(root):
    dataset = Drawers(root, download=True)
    assert json.loads(json.dumps(dataset.statistics())) == {
        "outfits": 12,
        "items": 3,
        "items_in_outfits": 3,
        "items_worn": 24,
        "categories": 2,
        "outfit_sizes": {"min": 2, "mean": 2.0, "max": 2, "histogram": {"2": 12}},
        "duplicate_outfits": 10,
        "features": {"width": 3, "dtype": "float32"},
        "splits": {"train": 11, "test": 1},
        "overlaps": [
            {"part": "train", "other": "train"}
            | {"shared_items": 3, "shared_outfits": 9, "shared_pairs": 2},
            {"part": "train", "other": "test"}
            | {"shared_items": 2, "shared_outfits": 1, "shared_pairs": 1},
            {"part": "test", "other": "test"}
            | {"shared_items": 0, "shared_outfits": 0, "shared_pairs": 0},
        ],
    }


def test_against_a_loop(wardrobe):
    found = statistics(wardrobe)
    outfits = [
        tuple(sorted(part.tolist())) for part in wardrobe.item_id.split(wardrobe.sizes.tolist())
    ]
    sizes = [len(outfit) for outfit in outfits]
    assert found["outfits"] == 60
    assert found["items"] == 40
    assert found["items_worn"] == sum(map(len, outfits))
    assert found["items_in_outfits"] == len({item for outfit in outfits for item in outfit})
    assert found["outfit_sizes"] == {
        "min": min(sizes),
        "mean": sum(sizes) / 60,
        "max": max(sizes),
        "histogram": dict(sorted(Counter(sizes).items())),
    }
    assert found["duplicate_outfits"] == 60 - len(set(outfits))
    assert "overlaps" not in found


def test_no_outfits(wardrobe):
    found = statistics(wardrobe.select([]))
    assert found["outfits"] == found["items_in_outfits"] == found["duplicate_outfits"] == 0
    assert found["outfit_sizes"] == {"min": 0, "mean": 0.0, "max": 0, "histogram": {}}


def test_raw_files_that_changed_are_reported(tmp_path, capsys):
    text = "1,a;b\n"
    (tmp_path / "outfit_data.txt").write_text(text)
    (tmp_path / "item_data.txt").write_text("a,3,x/a.jpg,red\nb,4,x/b.jpg,flat\n")
    assert len(POG(tmp_path)) == 1
    (tmp_path / "outfit_data.txt").write_text(text + "2,b;a\n")
    assert len(POG(tmp_path)) == 1
    assert "outfit_data.txt changed" in capsys.readouterr().err
    assert len(POG(tmp_path, force_reload=True)) == 2
    (tmp_path / "outfit_data.txt").unlink()  # processed files suffice
    assert len(POG(tmp_path)) == 2
    assert capsys.readouterr().err == ""
