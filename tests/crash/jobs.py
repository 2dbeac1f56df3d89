"""What the crash tests write: two versions of each form of files, and the version that is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from typer.testing import CliRunner

from fashiongraph.cli import app
from fashiongraph.data import FeatureSource, ItemTable, Outfits
from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.datasets import OutfitTables
from fashiongraph.datasets.io.feature_card import check_feature_card, features_with_card
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.datasets.io.pending_change import read_settled
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.errors import DataError
from fashiongraph.evaluation import in_training
from fashiongraph.features import save_features
from fashiongraph.models import OutfitModel, Siamese
from fashiongraph.retrieval import ItemIndex, LocalCatalogue
from fashiongraph.retrieval.embedding_key import embedding_key

ROWS = 5
"""Rows of the versions that are read."""

MANY_ROWS = 2000
"""Rows of a version for which the disk has no space."""


class Job(NamedTuple):
    """One form of files.

    Args:
        write: Writes a version to a folder, in a given number of rows.
        read: Reads the version from the folder, and checks that all of it is of that version.
        points: Largest number of kills, where a write takes long; by default all.
    """

    write: Callable[[Path, int, int], None]
    read: Callable[[Path], int]
    points: int | None = None


def catalogue(version: int, count: int) -> ItemTable:
    ids = [f"{number} of {version}" for number in range(count)]
    return ItemTable.from_lists(ids, ["top"] * count, torch.full((count, 8), 1.0 + version))


def write_checkpoint(folder: Path, version: int, count: int) -> None:
    model = Siamese(8, count)
    torch.nn.init.constant_(next(model.parameters()), version)
    model.categories = [str(version)]
    model.save(folder / "model")


def read_checkpoint(folder: Path) -> int:
    model = OutfitModel.load(folder / "model")
    version = int(model.categories[0])
    assert (next(model.parameters()) == version).all()
    return version


def write_index(folder: Path, version: int, count: int) -> None:
    items = catalogue(version, count)
    ItemIndex.build(items, items.features).save(folder / "index")


def read_index(folder: Path) -> int:
    index = ItemIndex.load(folder / "index")
    version = int(index.search(torch.ones(1, 8), 1).score) // 8 - 1
    assert index.table.ids[0] == f"0 of {version}"
    return version


def write_states(folder: Path, version: int, count: int) -> None:
    torch.manual_seed(0)
    LocalCatalogue.build(Siamese(8), catalogue(version, count), folder / "states")


def read_states(folder: Path) -> int:
    torch.manual_seed(0)
    model = Siamese(8)
    try:
        LocalCatalogue.load(folder / "states", model, catalogue(0, ROWS))
    except DataError as error:
        if "other items" not in error.rule:
            raise
        LocalCatalogue.load(folder / "states", model, catalogue(1, ROWS))
        return 1
    return 0


def write_features(folder: Path, version: int, count: int) -> None:
    ids = catalogue(version, count).ids.to_numpy(object)
    with features_with_card(folder / "x.npy", ids, FeatureSource("x.npy", 2, "encoder")) as draft:
        save_features(draft, np.full((count, 8), version, np.float32))


def read_features(folder: Path) -> int:
    rows = open_features(folder / "x.npy")
    (version,) = np.unique(rows)
    check_feature_card(
        folder / "x.npy", rows, catalogue(int(version), len(rows)).ids.to_numpy(object)
    )
    return int(version)


class Catalogue(OutfitDataset):
    """A data set of one outfit, of a version and a size that a raw file names."""

    raw_file_names = ("version.txt",)

    def process(self, folder: Path) -> None:
        version, count = map(int, self.raw_paths[0].read_text(encoding="utf-8").split())
        items = catalogue(version, count)
        outfits = Outfits.from_lists(items, [items.ids[:3]])
        write_processed(folder, outfits, pd.DataFrame({"version": [version]}))


def write_dataset(folder: Path, version: int, count: int) -> None:
    (folder / "raw").mkdir(exist_ok=True)
    (folder / "raw" / "version.txt").write_text(f"{version} {count}", encoding="utf-8")
    Catalogue(folder, force_reload=True)


def read_dataset(folder: Path) -> int:
    dataset = Catalogue(folder)
    version = int(dataset.outfit_columns["version"][0])
    assert dataset.items.ids[0] == f"0 of {version}"
    assert (dataset.items.features == 1 + version).all()
    return version


def write_items(folder: Path, version: int, count: int) -> None:
    """Add items to a catalogue for version 1, and remove them for version 0."""
    table, new = folder / "items.csv", folder / f"{count}.csv"
    if not table.exists():
        header = "item_id,category,title\n"
        table.write_text(header + "1,top,blue\n2,shoes,red\n", encoding="utf-8")
        (folder / "outfits.csv").write_text("outfit_id,item_id\na,1\na,2\n", encoding="utf-8")
        for many in (ROWS, MANY_ROWS):
            rows = "".join(f"{number},shoes,red {number}\n" for number in range(10, 10 + many))
            (folder / f"{many}.csv").write_text(header + rows, encoding="utf-8")
        run("embed", folder, "--encoder", "hashed-words")
        run("index", folder, "-o", folder / "index")
    elif version:
        run("items", "add", folder, new, "--index", folder / "index")
    else:
        run("items", "remove", folder, "--file", new, "--index", folder / "index")


def write_training(folder: Path, version: int, count: int) -> None:
    """Train with a split and a width of the version, in place of an earlier training."""
    if not (folder / "items.csv").exists():
        names = [f"{kind}{number}" for number in range(10) for kind in ("top", "shoe")]
        rows = "".join(f"{name},{name[:-1]},blue\n" for name in names)
        (folder / "items.csv").write_text(f"item_id,category,title\n{rows}", encoding="utf-8")
        worn = [(f"top{i}", f"shoe{(i + step) % 10}") for i in range(10) for step in range(3)]
        rows = "".join(f"o{i},{one}\n" for i, pair in enumerate(worn) for one in pair)
        (folder / "outfits.csv").write_text(f"outfit_id,item_id\n{rows}", encoding="utf-8")
        run("embed", folder, "--encoder", "hashed-words")
    width = ["--hidden", count if count == MANY_ROWS else 8 + version]
    options = ["--model", "siamese", *width, "--epochs", 1, "--seed", version, "--overwrite"]
    options += ["--logger", "none"]  # logs of earlier trainings stay
    run("train", folder, *options, "-o", folder / "run")


def read_training(folder: Path) -> int:
    """The model is of one version; a split of another one does not pass for its own."""
    model = OutfitModel.load(folder / "run" / "model")
    frame = pd.read_csv(folder / "run" / "split.csv", dtype=str)
    outfits = OutfitTables(folder).outfits
    tested = outfits.select(outfits.ids.isin(frame.loc[frame["split"] != "train", "outfit_id"]))
    version = int(model.config["hidden_channels"]) - 8
    expected = OutfitTables(folder).split(seed=version)[0]
    assert set(model.training_outfits.tolist()) == set(outfit_keys(expected).tolist())
    same = set(frame.loc[frame["split"] == "train", "outfit_id"]) == set(expected.ids)
    assert same or bool(in_training(model, tested).any())
    return version


def run(*arguments: object) -> None:
    """Run the command; its errors are raised."""
    result = CliRunner().invoke(app, [*map(str, arguments), "--quiet"])
    if result.exception is not None:
        raise result.exception


def read_items(folder: Path) -> int:
    def read() -> int:
        items = OutfitTables(folder, "features_text.npy").items
        index = ItemIndex.load(folder / "index")
        assert index.key == embedding_key(torch.nn.Identity(), items)
        assert len(index) == len(items)
        return int(len(items) > 2)

    return read_settled(folder, read)


JOBS = {
    "items": Job(write_items, read_items),
    "checkpoint": Job(write_checkpoint, read_checkpoint),
    "index": Job(write_index, read_index),
    "states": Job(write_states, read_states),
    "features": Job(write_features, read_features),
    "dataset": Job(write_dataset, read_dataset),
    "training": Job(write_training, read_training, points=24),
}
