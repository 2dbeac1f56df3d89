"""Paths of the pictures to embed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.datasets import has_item_table
from fashiongraph.cli.item_column import ItemColumn
from fashiongraph.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def is_pictures(data: Path, form: str) -> bool:
    """Whether a path is a folder of pictures, without any table."""
    return form == "tables" and data.is_dir() and not has_item_table(data)


def item_pictures(
    data: Path, form: str, lenient: bool = False, skip_broken: bool = False
) -> ItemColumn:
    """Paths of pictures, relative to the folder of the table or of the pictures.

    Args:
        data: As for :meth:`ItemColumn.read`, or a folder of pictures: all pictures in it and in the
            folders below, sorted by name, without hidden ones.
        form: As for :meth:`ItemColumn.read`.
        lenient: As for :meth:`ItemColumn.read`.
        skip_broken: Whether items may lack a picture.

    Raises:
        DataError: If a table breaks a rule, an item has no picture, or there are none.
    """
    if is_pictures(data, form):
        return ItemColumn(_pictures_below(data), data)
    names = ItemColumn.read(data, form, "image", lenient)
    if not skip_broken:
        names.check_filled("--skip-broken continues without such items' pictures")
    return names


def _pictures_below(folder: Path) -> pd.Series[str]:
    import pandas as pd
    from PIL import Image

    from fashiongraph.features.pictures import FORMATS

    ends = {end for end, kind in Image.registered_extensions().items() if kind in FORMATS}
    found = [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.suffix.lower() in ends and not path.is_dir()
    ]
    shown = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    if not shown:
        raise DataError("needs items.csv and outfits.csv, or pictures", folder)
    return pd.Series([path.as_posix() for path in sorted(shown)], dtype=str, name="image")
