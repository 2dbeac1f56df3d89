"""Where the pictures that a command embeds are listed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fashiongraph.cli.datasets import has_item_table
from fashiongraph.cli.item_column import ItemColumn
from fashiongraph.errors import DataError


def is_pictures(data: Path, form: str) -> bool:
    """Whether a path is a folder of pictures, without any table."""
    return form == "tables" and data.is_dir() and not has_item_table(data)


def item_pictures(
    data: Path, form: str, lenient: bool = False, skip_broken: bool = False
) -> ItemColumn:
    """Paths of pictures, relative to the folder of the table or of the pictures.

    Args:
        data: As for :meth:`ItemColumn.read`, or a folder of pictures. Those are taken by name, with
            those of the folders below, hidden ones aside.
        form: As there.
        lenient: As there.
        skip_broken: Whether items may lack a picture.

    Raises:
        DataError: If a table breaks a rule, an item has no picture, or there are none.
    """
    if is_pictures(data, form):
        return ItemColumn(_pictures_below(data), data)
    names = ItemColumn.read(data, form, "image", lenient)
    if not skip_broken:
        names.check_filled("--skip-broken goes on without such items' pictures")
    return names


def _pictures_below(folder: Path) -> pd.Series[str]:
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
