from __future__ import annotations

import pandas as pd
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.polyvore_dataset import PolyvoreSet
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.errors import DataError


class Pair(PolyvoreSet):
    """One outfit of two items."""

    url = "https://example.org"
    raw_file_names = ("pair.txt",)
    release_names = ("pair.txt", "more.txt")

    def process(self, folder):
        ids = self.raw_paths[0].read_text().split()
        outfits = Outfits.from_lists(ItemTable.from_lists(ids, ["c", "d"]), [ids])
        write_processed(folder, outfits)

    def load(self):
        outfits, columns = super().load()
        names = pd.Series(outfits.items.ids) + ".jpg"
        return outfits.with_items(self.with_pictures(outfits.items, names)), columns


@pytest.fixture(params=["raw", "."])
def release(request, tmp_path):
    """The folder of the release: ``root/raw`` or the root itself."""
    folder = tmp_path / request.param
    folder.mkdir(exist_ok=True)
    (folder / "pair.txt").write_text("x y")
    return folder.resolve()


def test_folders(release, tmp_path):
    dataset = Pair(tmp_path, "one")
    assert dataset.raw_dir == release
    assert dataset.processed_dir == tmp_path / "processed" / "one"
    assert dataset.items.columns.empty
    elsewhere = Pair(tmp_path, "two", processed_dir=tmp_path / "else")
    assert elsewhere.processed_dir == tmp_path / "else" / "two"
    assert (tmp_path / "else" / "two" / "items.parquet").exists()
    # What was processed is read again without the release.
    (release / "pair.txt").unlink()
    assert Pair(tmp_path, "one").items.ids.tolist() == ["x", "y"]


def test_pictures(release, tmp_path):
    (release / "images").mkdir()
    prefix = "" if release == tmp_path else "raw/"
    images = Pair(tmp_path, "one").items.columns["image"]
    assert images.tolist() == [f"{prefix}images/x.jpg", f"{prefix}images/y.jpg"]
    # A folder inside the release goes by its name there, any other by its path.
    (release / "small").mkdir()
    images = Pair(tmp_path, "one", images="small").items.columns["image"]
    assert images[0] == f"{prefix}small/x.jpg"
    other = tmp_path.parent / "pictures"
    other.mkdir(exist_ok=True)
    images = Pair(tmp_path, "one", images=other).items.columns["image"]
    assert images[0] == f"{other.as_posix()}/x.jpg"
    with pytest.raises(DataError, match="'images' needs to be a folder"):
        Pair(tmp_path, "one", images="none")


def test_missing_files(tmp_path):
    with pytest.raises(DataError) as error:
        Pair(tmp_path, "one")
    assert error.value.file == tmp_path / "raw" / "pair.txt"
    assert error.value.rule == (
        "Pair needs this file, it is missing (published at https://example.org)"
    )
    (tmp_path / "pair.txt").write_text("x y")
    dataset = Pair(tmp_path, "one")
    with pytest.raises(DataError) as error:
        dataset.needed_file("more.txt", "questions")
    assert error.value.file == tmp_path / "more.txt"
    assert error.value.rule == (
        "Pair needs this file for questions, it is missing (published at https://example.org)"
    )
    assert dataset.needed_file("pair.txt", "anything") == tmp_path / "pair.txt"
