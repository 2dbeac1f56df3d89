"""Tops and bottoms from fashion shows, training data of the designers' teacher."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image, ImageOps

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.checked_rows import CheckedRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError

_FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")  # others, such as EPS, may start an interpreter
_KINDS = ("top", "bottom")
_BOX = ("left", "upper", "right", "lower")
_KEY = ["outfit_id", *_KINDS]
_FACTS = ["brand", "year", "season"]
_BOXES = [f"{kind}_box" for kind in _KINDS]
_NUMBERS = r"^\s*([0-9]{1,6})\s+([0-9]{1,6})\s+([0-9]{1,6})\s+([0-9]{1,6})\s*$"


class FashionShow(ReleasedDataset):
    r"""Looks from fashion shows, each of a top and a bottom, in that order.

    The pictures that ADD-GNN's teacher was trained on (550 brands in ten years) are public; the
    layout of their release is not documented. **This layout is defined by this library**: a folder
    of pictures of any origin with a table ``outfits.csv``, in ``root/raw`` or in ``root`` itself:

    ============== ================================================================================
    column         value
    ============== ================================================================================
    ``outfit_id``  name of the look, unique
    ``top``        picture of the top: a file, relative to the folder of the table
    ``bottom``     picture of the bottom
    ``top_box``    optional: the region of the picture with the top, as left, upper, right and
                   lower edge in pixels, separated by spaces, ``12 30 180 240``; the last two are
                   exclusive, and the first pixel is 0. Empty for the full picture
    ``bottom_box`` optional: the same for the bottom
    ``brand``      optional, as are ``year`` and ``season``; kept as columns of the outfits
    ============== ================================================================================

    Boxes are cropped and written to ``images`` in the processed files; full pictures stay where
    they are. The column ``image`` of the items holds the paths. Two looks that name the same
    picture and box share an item. The outfits are what
    :class:`~fashiongraph.models.DesignerTeacher` takes.

    Args:
        root: Folder of the data set.
        force_reload: Read the table again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If a file is missing or broken or a row breaks a rule.

    Source of the paper's pictures: Ma, Jia, Zhou, Fu, Liu, Tong, "Towards better understanding the
    clothing fashion styles: a multimodal deep learning approach", AAAI 2017.

    Example:
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> Image.new("RGB", (60, 100)).save(root / "look.png")
        >>> _ = (root / "outfits.csv").write_text(
        ...     "outfit_id,top,bottom,top_box,bottom_box\n"
        ...     "1,look.png,look.png,0 0 60 50,0 50 60 100\n"
        ... )
        >>> FashionShow(root)
        FashionShow(1 outfits, 2 items, 2 categories, 0 features)
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
        """Check the table, crop boxes, and write the processed files."""
        table = self.raw_paths[0]
        looks, garments = read_looks(table)
        item_id, names = pd.factorize(garments["name"])
        items = garments.drop_duplicates("name").reset_index(drop=True)
        items["crop"] = "images/" + items.index.astype(str).str.zfill(6) + ".jpg"
        cropped = items["right"] >= 0
        (folder / "images").mkdir()
        write_crops(items[cropped], table, folder)
        image = (self._prefix(self.processed_dir) + items["crop"]).where(
            cropped, self._prefix(table.parent) + items["file"]
        )
        table_of_items = ItemTable.from_lists(
            names.tolist(), items["category"].tolist(), None, image.to_frame("image"), _KINDS
        )
        ptr = torch.arange(len(looks) + 1) * len(_KINDS)
        ids = pd.Index(looks.pop("outfit_id")).astype(str).rename(None)
        write_processed(folder, Outfits(table_of_items, ptr, torch.from_numpy(item_id), ids), looks)


def read_looks(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read and check ``outfits.csv``. Pictures need to exist in its folder and are not opened.

    Returns:
        Outfits with ``outfit_id`` and, where the table has them, ``brand``, ``year`` and
        ``season``; and the top and the bottom of each outfit in turn: ``row`` of the table,
        ``category``, ``file``, the box as ``left``, ``upper``, ``right`` and ``lower`` (-1 for the
        full picture), and a ``name`` made of them.

    Raises:
        DataError: If a rule is broken, with the row and the number of other broken rows.
    """
    problems = Problems()
    text = [*_KEY, *_BOXES, "brand", "season"]
    table = Table.read(path, problems, needed=_KEY, text=text, wanted=[*text, "year"])
    rows = CheckedRows(table, problems)
    for name in _KEY:
        rows.drop_blank(name)
    code, _ = table.encode("outfit_id")
    repeated = np.diff(np.maximum.accumulate(code), prepend=-1) == 0
    rows.drop(
        repeated,
        lambda i: f"'outfit_id' needs to be unique (got {rows.value('outfit_id', i)} again)",
    )
    frame = table.columns.to_pandas()
    garments = [_garments(rows, frame, kind) for kind in _KINDS]
    rows.drop(
        garments[1]["name"].isin(garments[0]["name"]).to_numpy(),
        lambda i: (
            f"'bottom' needs a picture or a box that shows no top (got {garments[1]['name'][i]})"
        ),
    )
    problems.check()
    both = pd.concat(garments).sort_index(kind="stable", ignore_index=True)
    outfits = frame[["outfit_id", *(name for name in _FACTS if name in frame)]]
    return outfits.replace("", None), both


def _garments(rows: CheckedRows, frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The tops or the bottoms of all looks, as :func:`read_looks` returns them."""
    files = frame[kind].str.strip()
    code, names = pd.factorize(files)
    folder = rows.table.path.parent
    exists = np.array([os.path.isfile(folder / name) for name in names], dtype=bool)
    rows.drop(
        ~exists[code],
        lambda i: f"{kind!r} needs a picture beside the table (no file {files[i]!r})",
    )
    boxes = frame.get(f"{kind}_box", pd.Series("", index=frame.index))
    full = boxes.str.strip() == ""
    corners = boxes.str.extract(_NUMBERS).fillna("-1").astype(np.int64)
    corners = corners.set_axis(list(_BOX), axis=1)
    sides = corners.astype(str)
    suffix = "#" + sides[_BOX[0]].str.cat(sides[list(_BOX[1:])], sep=",")
    empty = (corners["right"] <= corners["left"]) | (corners["lower"] <= corners["upper"])
    rows.drop(
        (empty & ~full).to_numpy(),
        lambda i: f"'{kind}_box' needs left, upper, right and lower in pixels (got {boxes[i]!r})",
    )
    return corners.assign(
        row=rows.table.row, category=kind, file=files, name=files + suffix.mask(full, "")
    )


def write_crops(garments: pd.DataFrame, table: Path, folder: Path) -> None:
    """Crop tops and bottoms from pictures and write them as JPEG; each picture is opened once.

    Args:
        garments: One row for each top or bottom: ``file``, its box, its ``row`` of the table, and
            the path of the ``crop`` to write.
        table: The table; paths of files are relative to its folder.
        folder: The folder that the paths of crops are relative to.

    Raises:
        DataError: If a picture cannot be read or a box reaches outside of it.
    """
    pictures = (group for _, group in garments.groupby("file", sort=False))
    with ThreadPoolExecutor() as pool:  # Pillow releases the interpreter's lock
        for _ in pool.map(partial(_cut, table=table, folder=folder), pictures):
            pass  # an error of a thread is raised here


def _cut(garments: pd.DataFrame, table: Path, folder: Path) -> None:
    file = table.parent / str(garments["file"].iloc[0])
    try:
        with Image.open(file, formats=_FORMATS) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    # Damaged bytes make Pillow's decoders fail with almost any error.
    except Exception as error:
        raise DataError(f"needs to be a readable picture ({error})", file=file) from error
    for crop, row, *box in garments[["crop", "row", *_BOX]].itertuples(index=False):
        if box[2] > image.width or box[3] > image.height:
            size = f"{image.width} x {image.height}"
            rule = f"a box needs to lie in its picture, {file.name} of {size} (got {box})"
            raise DataError(rule, table, row)
        image.crop(tuple(box)).save(folder / crop, "JPEG", quality=95, subsampling=0)
