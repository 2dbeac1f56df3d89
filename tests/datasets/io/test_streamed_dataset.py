from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from fashiongraph.datasets.io.gathered import OutfitBlock
from fashiongraph.datasets.io.streamed_dataset import StreamedDataset
from fashiongraph.errors import FashionGraphError


class Shelf(StreamedDataset):
    """A data set of pairs of shoes, two to a block."""

    raw_file_names = ("shoes.txt",)
    read = 0

    def blocks(self):
        for start in range(0, 100, 2):
            type(self).read += 1
            names = [str(start), str(start + 1)]
            rows = {
                "item_id": [f"{n}{side}" for n in names for side in "lr"],
                "category": ["s"] * 4,
            }
            yield OutfitBlock(pa.table({"outfit_id": names}), np.array([2, 2]), pa.table(rows))


def test_only_required_blocks_are_read(tmp_path):
    (tmp_path / "shoes.txt").touch()
    shelf = Shelf(tmp_path, max_outfits=5)
    assert (shelf.num_outfits, Shelf.read) == (5, 3)
    assert shelf.outfits.ids.tolist() == ["0", "1", "2", "3", "4"]
    assert shelf.items.ids.tolist()[-2:] == ["4l", "4r"]
    assert Shelf(tmp_path).num_outfits == 100
    assert Shelf(tmp_path, 5).processed_dir == tmp_path / "processed" / "first_5"
    assert (Shelf(tmp_path, 5).num_outfits, Shelf.read) == (5, 53)


@pytest.mark.parametrize("count", [0, -1])
def test_the_number_of_outfits_is_positive(tmp_path, count):
    with pytest.raises(FashionGraphError, match=rf"positive integer \(got {count}\)"):
        Shelf(tmp_path, max_outfits=count)
