from __future__ import annotations

import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset
from fashiongraph.errors import DataError


class Hatbox(ReleasedDataset):
    """A data set of one outfit a line."""

    raw_file_names = ("hats.txt",)

    def process(self, folder):
        lines = [line.split() for line in self.raw_paths[0].read_text().splitlines()]
        items = ItemTable.from_lists(["a", "b"], ["hat", "hat"])
        write_processed(folder, Outfits.from_lists(items, lines))


@pytest.mark.parametrize("place", ["", "raw"])
def test_the_release_lies_in_either_folder(tmp_path, place):
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "hats.txt").write_text("a b\nb a\n")
    assert Hatbox(tmp_path).num_outfits == 2
    assert Hatbox(tmp_path).raw_dir == tmp_path / place


def test_a_missing_file_is_named_with_its_place(tmp_path):
    with pytest.raises(DataError, match=r"raw.hats\.txt: .* it is missing$"):
        Hatbox(tmp_path)
    assert not list(tmp_path.iterdir())


def test_settings_have_separate_folders(tmp_path):
    (tmp_path / "hats.txt").write_text("a b\n")
    Hatbox(tmp_path, ["small", "red"])
    (tmp_path / "hats.txt").write_text("a b\nb\n")
    assert Hatbox(tmp_path).num_outfits == 2
    Hatbox(tmp_path, force_reload=True)
    assert Hatbox(tmp_path, ["small", "red"]).num_outfits == 1
    assert {path.name for path in (tmp_path / "processed").iterdir()} == {"all", "small-red"}
    elsewhere = Hatbox(tmp_path, ["small"], processed_dir=tmp_path / "scratch")
    assert elsewhere.processed_dir == tmp_path / "scratch" / "small"


def test_paths_of_pictures_are_relative_where_they_can_be(tmp_path):
    (tmp_path / "hats.txt").write_text("a b\n")
    box = Hatbox(tmp_path)
    assert box._prefix(tmp_path / "images") == "images/"
    assert box._prefix(tmp_path) == ""
    assert box._prefix(tmp_path.parent) == tmp_path.parent.as_posix() + "/"
