"""Parts of pictures, cut out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd
from PIL import Image, ImageOps

from fashiongraph.datasets.fashion_show_files.looks import BOX
from fashiongraph.errors import DataError

_FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")  # others, such as EPS, may start programs


def write_crops(parts: pd.DataFrame, table: Path, folder: Path) -> None:
    """Cut parts out of pictures, each of which is opened once, and write them as JPEG.

    Args:
        parts: One row a part: ``file``, its box, the ``row`` of the table that names it, and the
            ``crop`` to write.
        table: The table; the files are named relative to its folder.
        folder: The folder that the crops are named relative to.

    Raises:
        DataError: If a picture cannot be read or a box reaches outside of it.
    """
    pictures = (group for _, group in parts.groupby("file", sort=False))
    with ThreadPoolExecutor() as pool:  # Pillow releases the interpreter's lock
        for _ in pool.map(partial(_cut, table=table, folder=folder), pictures):
            pass  # an error of a thread is raised here


def _cut(parts: pd.DataFrame, table: Path, folder: Path) -> None:
    file = table.parent / str(parts["file"].iloc[0])
    try:
        with Image.open(file, formats=_FORMATS) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
    # Damaged bytes make Pillow's decoders fail with almost any error.
    except Exception as error:
        raise DataError(f"needs to be a readable picture ({error})", file=file) from error
    for crop, row, *box in parts[["crop", "row", *BOX]].itertuples(index=False):
        if box[2] > image.width or box[3] > image.height:
            size = f"{image.width} x {image.height}"
            rule = f"a box needs to lie in its picture, {file.name} of {size} (got {box})"
            raise DataError(rule, table, row)
        image.crop(tuple(box)).save(folder / crop, "JPEG", quality=95, subsampling=0)
