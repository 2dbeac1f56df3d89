"""Tops and bottoms from fashion shows, which the designers' teacher learns from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.fashion_show_files.crops import write_crops
from fashiongraph.datasets.fashion_show_files.looks import PARTS, read_looks
from fashiongraph.datasets.processed import write_processed
from fashiongraph.datasets.released_wardrobe import ReleasedWardrobe


class FashionShow(ReleasedWardrobe):
    """Looks from fashion shows, each of a top and a bottom, in that order.

    The pictures that ADD-GNN's teacher was trained on, of 550 brands in ten years, are public, but
    a layout of their release is not known. **The layout here is this library's own**: a folder of
    pictures, wherever they come from, with a table ``outfits.csv``, in ``root/raw`` or in ``root``
    itself:

    ============== ================================================================================
    column         value
    ============== ================================================================================
    ``outfit_id``  name of the look, unique
    ``top``        picture of the top: a file, relative to the folder of the table
    ``bottom``     picture of the bottom
    ``top_box``    optional: the part of the picture that shows the top, as left, upper, right and
                   lower edge in pixels with spaces between, ``12 30 180 240``; the last two lie
                   just outside, and the first pixel is 0. An empty one stands for the whole picture
    ``bottom_box`` optional: the same for the bottom
    ``brand``      optional, as are ``year`` and ``season``; kept as columns of the outfits
    ============== ================================================================================

    Boxes are cut out and written to ``images`` in the processed files; whole pictures stay where
    they are. The column ``image`` of the items says where each lies. Two looks that name the same
    picture and box share an item. The outfits are what
    :class:`~fashiongraph.models.designer_teacher.DesignerTeacher` takes.

    Args:
        root: Folder of the data set.
        force_reload: Read the table again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If a file is missing or broken or a row breaks a rule.

    Source of the paper's pictures: Ma, Jia, Zhou, Fu, Liu, Tong, "Towards better understanding the
    clothing fashion styles: a multimodal deep learning approach", AAAI 2017.
    """

    raw_file_names = ("outfits.csv",)

    def __init__(
        self,
        root: str | Path,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        super().__init__(root, (), force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """Check the table, cut out what has a box, and write the processed files."""
        table = self.raw_paths[0]
        looks, parts = read_looks(table)
        item_id, names = pd.factorize(parts["name"])
        items = parts.drop_duplicates("name").reset_index(drop=True)
        items["crop"] = "images/" + items.index.astype(str).str.zfill(6) + ".jpg"
        cropped = items["right"] >= 0
        (folder / "images").mkdir()
        write_crops(items[cropped], table, folder)
        image = (self._prefix(self.processed_dir) + items["crop"]).where(
            cropped, self._prefix(table.parent) + items["file"]
        )
        known = ItemTable.from_lists(
            names.tolist(), items["category"].tolist(), None, image.to_frame("image"), PARTS
        )
        ptr = torch.arange(len(looks) + 1) * len(PARTS)
        ids = pd.Index(looks.pop("outfit_id")).astype(str).rename(None)
        write_processed(folder, Outfits(known, ptr, torch.from_numpy(item_id), ids), looks)
